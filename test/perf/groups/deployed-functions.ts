import type { Figure, Group } from '../measure/contender.ts';
import { functionContender, startFaasServer, type FaasServer } from '../place/faas-server.ts';
import { functionSpec } from '../place/function-spec.ts';
import { unpackImage } from '../place/images.ts';
import { proportionalBytes } from '../place/processes.ts';
import type { Workbench } from '../place/workbench.ts';

const count = 10_000;
const only = ['serial', 'paced'] as const;
const bytesPerFunction = 8 * 1024;

/** A server with 10,000 functions deployed, one of them called, against a server with that one alone. */
export async function deployedFunctionsGroup(bench: Workbench): Promise<Group> {
  const spec = functionSpec(await unpackImage(bench, 'hello-python'), { start: 'template' });
  const functions = Array.from({ length: count }, (_, index) => ({ ...spec, name: `python-${index}` }));
  const called = functions.slice(count / 2, count / 2 + 1);
  const all = await startFaasServer(bench, 'all', functions);
  const one = await startFaasServer(bench, 'one', called);
  return {
    contenders: [
      functionContender(bench, all, '10,000 deployed', { functions: called, only }),
      functionContender(bench, one, 'one deployed', { functions: called, only }),
    ],
    figures: async () => [await memoryOfDeployed(all, one)],
  };
}

async function memoryOfDeployed(all: FaasServer, one: FaasServer): Promise<Figure> {
  const bytes = (await proportionalBytes(all.pid)) - (await proportionalBytes(one.pid));
  return {
    name: 'memory of a deployed function in faas-server',
    value: bytes / (count - 1),
    unit: 'bytes',
    atMost: bytesPerFunction,
    note: `difference of two servers that answered the same calls, by ${count - 1}`,
  };
}
