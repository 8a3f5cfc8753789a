import { join } from 'node:path';
import type { KontainerSpec } from '../../../src/kontainer/spec.ts';
import type { Contender } from '../measure/contender.ts';
import { spawnMeasures, type Spawn } from '../measure/spawn-measures.ts';
import { bareContainer, type BareShape } from '../place/bare-container.ts';
import type { Workbench } from '../place/workbench.ts';

/** `crun run` of an image whose program ends by itself: from its start to its end. */
export async function crunOfProgram(bench: Workbench, spec: KontainerSpec): Promise<Contender> {
  return contender(bench, spec, {
    what: 'C program',
    kind: 'run',
    args: spec.args,
    forks: false,
    descriptors: 0,
  });
}

/** `crun run` of a runtime with its handler, which takes one call and ends: from its start to its end. */
export async function crunOfHandler(bench: Workbench, spec: KontainerSpec): Promise<Contender> {
  const shape = { args: spec.args, env: { KONTAIN_STREAM_FD: '3' }, forks: false, descriptors: 1 };
  const kind = `stream:${join(bench.home, `${spec.name}-{n}`)}`;
  return contender(bench, spec, { what: spec.name, kind, ...shape });
}

/** `crun run` of a server image, which never ends: from its start to its first answer. */
export async function crunOfServer(bench: Workbench, spec: KontainerSpec): Promise<Contender> {
  const shape = { args: spec.args, env: { PORT: String(spec.port) }, forks: false, descriptors: 0 };
  return contender(bench, spec, { what: 'server image', kind: `port:${spec.port}`, ...shape });
}

async function contender(
  bench: Workbench,
  spec: KontainerSpec,
  { what, kind, ...shape }: BareShape & { what: string; kind: string },
): Promise<Contender> {
  const { within, command, pidFile } = await bareContainer(bench, spec, shape);
  const spawn: Spawn = { kind: kind.startsWith('port:') ? `${kind}:${pidFile}` : kind, within, command };
  return { name: `crun run, ${what}`, measures: spawnMeasures(bench.tools, spawn) };
}
