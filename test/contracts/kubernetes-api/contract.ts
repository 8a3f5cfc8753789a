import { suite } from 'node:test';
import { deletionsContract } from './deletions.ts';
import type { StartTarget } from './harness.ts';
import { listsContract } from './lists.ts';
import { objectsContract } from './objects.ts';
import { patchesContract } from './patches.ts';
import { watchesContract } from './watches.ts';

/** What a Kubernetes API server has to do for this project; run against ours and against the real one. */
export function kubernetesApiContract(name: string, start: StartTarget): void {
  suite(`Kubernetes API: ${name}`, () => {
    for (const contract of [
      objectsContract,
      patchesContract,
      listsContract,
      watchesContract,
      deletionsContract,
    ])
      contract(start);
  });
}
