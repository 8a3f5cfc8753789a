import { suite } from 'node:test';
import { batchAndNetworkingContract } from './batch-and-networking.ts';
import { builtinKindsContract } from './builtin-kinds.ts';
import { customResourcesContract } from './custom-resources.ts';
import { deletionsContract } from './deletions.ts';
import { discoveryContract } from './discovery.ts';
import type { KubectlVersion } from '../../helpers/kubectl.ts';
import type { StartTarget } from './harness.ts';
import { kubectlContract } from './kubectl.ts';
import { listsContract } from './lists.ts';
import { objectsContract } from './objects.ts';
import { patchesContract } from './patches.ts';
import { versionsContract } from './versions.ts';
import { watchesContract } from './watches.ts';
import { wrongDefinitionsContract } from './wrong-definitions.ts';

const contracts = [
  objectsContract,
  patchesContract,
  listsContract,
  watchesContract,
  deletionsContract,
  builtinKindsContract,
  batchAndNetworkingContract,
  customResourcesContract,
  wrongDefinitionsContract,
  versionsContract,
  discoveryContract,
];

/** What a Kubernetes API server has to do for this project; run against ours and against the real one. */
export function kubernetesApiContract(
  name: string,
  kubectls: readonly KubectlVersion[],
  start: StartTarget,
): void {
  suite(`Kubernetes API: ${name}`, () => {
    for (const contract of [...contracts, kubectlContract(kubectls)]) contract(start);
  });
}
