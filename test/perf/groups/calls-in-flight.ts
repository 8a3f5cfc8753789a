import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KontainerSpec } from '../../../src/kontainer/spec.ts';
import { digestOf } from '../../../src/oci/image-documents.ts';
import { layerContentPath } from '../../../src/oci/paths.ts';
import type { Figure, Group } from '../measure/contender.ts';
import { runLoad } from '../measure/http-measures.ts';
import { cgroupBytes } from '../place/cgroups.ts';
import { pathOf, startFaasServer, type FaasServer } from '../place/faas-server.ts';
import { functionSpec } from '../place/function-spec.ts';
import { unpackImage } from '../place/images.ts';
import { processTree, proportionalBytes } from '../place/processes.ts';
import type { Workbench } from '../place/workbench.ts';

const mebibyte = 1024 * 1024;
const calls = 100;
const bytesPerCall = 5 * mebibyte;
/** programs/sleeper.py sleeps for 6 s: by then all calls have begun and none has ended. */
const settledMs = 4000;
const timeoutSeconds = 30;

interface Memory {
  /** Of all Kontainers and their template, kernel memory included. */
  kontainers: number;
  /** Of the processes that serve them. */
  servers: number;
  /** Of the whole machine, whatever is behind it. */
  machine: number;
}

/** What calls cost that do nothing but wait: everything they take is ours. */
export async function callsInFlightGroup(bench: Workbench): Promise<Group> {
  const image = await unpackImage(bench, 'python3.11');
  const layer = await sleeperLayer(bench);
  const spec = functionSpec(image, { name: 'sleeper', start: 'template' });
  const sleeper: KontainerSpec = {
    ...spec,
    layers: [...spec.layers, layer],
    env: { ...spec.env, MOD_NAME: 'sleeper', FUNC_HANDLER: 'handler' },
    limits: { ...spec.limits, memoryBytes: 64 * mebibyte, cpuMillis: 100 },
  };
  const server = await startFaasServer(bench, 'in-flight', [sleeper]);
  return { contenders: [], figures: () => measure(bench, server, sleeper) };
}

/** Unpacked where faas-downloader would have put it. */
async function sleeperLayer(bench: Workbench): Promise<string> {
  const program = join(bench.programs, 'sleeper.py');
  const diffId = digestOf(await readFile(program));
  const folder = join(layerContentPath(bench.store, diffId), 'kubeless');
  await mkdir(folder, { recursive: true });
  await copyFile(program, join(folder, 'sleeper.py'));
  return diffId;
}

async function measure(bench: Workbench, server: FaasServer, sleeper: KontainerSpec): Promise<Figure[]> {
  const run = (count: number) => {
    const load = { port: server.port, keepAlive: false, callers: count, calls: count };
    return runLoad(bench.tools, { ...load, seconds: timeoutSeconds, paths: [pathOf(sleeper)] });
  };
  await run(1);
  await sleep(1000);
  const before = await memory(server);
  const running = run(calls);
  await sleep(settledMs);
  const during = await memory(server);
  const { errors, firstError } = await running;
  if (errors > 0) throw new Error(`${errors} of ${calls} sleeping calls failed: ${firstError}`);
  return figures(before, during);
}

function figures(before: Memory, during: Memory): Figure[] {
  const each = (key: keyof Memory) => (during[key] - before[key]) / calls;
  return [
    {
      name: 'memory of a call in flight',
      value: each('kontainers') + each('servers'),
      unit: 'bytes',
      atMost: bytesPerCall,
      note: `${calls} calls that sleep in Python: cgroups with kernel memory, and processes of faas-server`,
    },
    { name: '… of it in faas-server and launcher', value: each('servers'), unit: 'bytes', note: '' },
    {
      name: '… as the whole machine sees it',
      value: each('machine'),
      unit: 'bytes',
      note: 'MemAvailable; moves with everything else that runs',
    },
  ];
}

async function memory({ pid, cgroup }: FaasServer): Promise<Memory> {
  let servers = 0;
  for (const member of await processTree(pid))
    if (!(await readFile(`/proc/${member}/cgroup`, 'utf8').catch(() => '')).includes(cgroup))
      servers += await proportionalBytes(member);
  const meminfo = await readFile('/proc/meminfo', 'utf8');
  const machine = -Number(/^MemAvailable:\s+(\d+)/m.exec(meminfo)?.[1] ?? 0) * 1024;
  return { kontainers: await cgroupBytes(cgroup), servers, machine };
}
