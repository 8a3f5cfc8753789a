import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '../helpers/program.ts';
import { kubectlVersions } from '../helpers/kubectl.ts';
import { kubernetesApiContract } from './kubernetes-api/contract.ts';

kubernetesApiContract('embedded', await kubectlVersions(), async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kontain-api-contract-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const server = await startProgram('embedded-apiserver', [
    '--data-dir',
    join(folder, 'data'),
    '--kubeconfig',
    kubeconfig,
  ]);
  return {
    kubeconfig,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
