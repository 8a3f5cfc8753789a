import { setTimeout as sleep } from 'node:timers/promises';
import type { Group } from '../measure/contender.ts';
import { runLoad } from '../measure/http-measures.ts';
import { functionContender, pathOf, startFaasServer } from '../place/faas-server.ts';
import { functionSpec } from '../place/function-spec.ts';
import { unpackImage } from '../place/images.ts';
import type { Workbench } from '../place/workbench.ts';

const count = 100;
const only = ['serial', 'throughput'] as const;
const warmUpSeconds = 60;
/** Templates go on warming up after their first call. */
const restMs = 3000;

/** 100 functions called in turn against one of them, all with their templates in memory. */
export async function manyFunctionsGroup(bench: Workbench): Promise<Group> {
  const spec = functionSpec(await unpackImage(bench, 'hello-python'), { start: 'template' });
  const functions = Array.from({ length: count }, (_, index) => ({ ...spec, name: `python-${index}` }));
  const server = await startFaasServer(bench, 'many', functions);
  const load = { port: server.port, keepAlive: true, callers: 2, seconds: warmUpSeconds, calls: 2 * count };
  const { micros, firstError } = await runLoad(bench.tools, { ...load, paths: functions.map(pathOf) });
  if (micros.length < load.calls)
    throw new Error(`only ${micros.length} of ${load.calls} first calls were answered: ${firstError}`);
  await sleep(restMs);
  return {
    contenders: [
      functionContender(bench, server, '100 functions in turn', { functions, only }),
      functionContender(bench, server, 'one function', { functions: functions.slice(0, 1), only }),
    ],
  };
}
