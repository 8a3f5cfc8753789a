import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { KontainerSpec } from '../../../src/kontainer/spec.ts';
import { publishBundle } from '../../../src/oci/bundle-publish.ts';
import { layersPath } from '../../../src/oci/paths.ts';
import { aspects, type Aspect, type Contender, type Measure } from '../measure/contender.ts';
import { httpMeasures } from '../measure/http-measures.ts';
import { withPhases } from '../measure/phases.ts';
import { startServer } from './processes.ts';
import type { Workbench } from './workbench.ts';

/** The real faas-server, as a process of its own, with bundles published as faas-downloader does it. */
export interface FaasServer {
  port: number;
  pid: number;
  /** Of its Kontainers. */
  cgroup: string;
}

const publishAtOnce = 16;

export async function startFaasServer(
  bench: Workbench,
  name: string,
  functions: readonly KontainerSpec[],
): Promise<FaasServer> {
  const root = join(bench.home, name);
  const cgroup = `${bench.cgroup}/${name}`;
  await mkdir(layersPath(bench.store), { recursive: true });
  await mkdir(root, { mode: 0o711 });
  await symlink(layersPath(bench.store), layersPath(root));
  await publish(root, functions);
  const server = await startServer({
    command: (port) => [
      bench.node,
      join(bench.root, 'build/programs/faas-server.js'),
      '--port',
      String(port),
    ],
    env: {
      KONTAIN_ROOT: root,
      KONTAIN_RUN: join(bench.run, name),
      KONTAIN_CGROUP: cgroup,
      KONTAIN_LOG_LEVEL: 'warn',
    },
    logFile: join(bench.home, `${name}.log`),
  });
  bench.stack.use(server);
  return { port: server.port, pid: server.pid, cgroup };
}

async function publish(root: string, functions: readonly KontainerSpec[]): Promise<void> {
  const queue = functions.values();
  const worker = async (): Promise<void> => {
    for (const spec of queue) await publishBundle(root, spec, { spec, imageConfig: {} }, Date.now());
  };
  await Promise.all(Array.from({ length: publishAtOnce }, worker));
}

export const pathOf = ({ namespace, name }: KontainerSpec): string => `/${namespace}/${name}`;

/** A function, or several in turn, as a caller sees it; only what counts in its group is measured. */
export function functionContender(
  { tools }: Workbench,
  { port }: FaasServer,
  name: string,
  { functions, only = aspects }: { functions: readonly KontainerSpec[]; only?: readonly Aspect[] },
): Contender {
  const measures = httpMeasures(tools, port, functions.map(pathOf));
  const chosen = only.flatMap((aspect) => {
    const measure = measures[aspect];
    return measure === undefined ? [] : [[aspect, explained(port, measure)]];
  });
  return { name, measures: Object.fromEntries(chosen) };
}

function explained(port: number, measure: Measure): Measure {
  return async (seconds) => {
    const [sample, phases] = await withPhases(port, () => measure(seconds));
    return { ...sample, phases };
  };
}
