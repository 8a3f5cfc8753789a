import { kubelessKindsContract } from '../contracts/kubeless-kinds.ts';
import { imageKindContract } from '../contracts/image-kind.ts';
import { kubeClientContract } from '../contracts/kube-client.ts';
import { movingContract } from '../contracts/moving-from-kubeless.ts';
import { kubectlVersions } from '../helpers/kubectl.ts';

const cluster = () =>
  Promise.resolve({
    kubeconfig: process.env['KONTAIN_TEST_KUBECONFIG'] ?? '',
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });

kubeClientContract('kube-apiserver', cluster);
imageKindContract('kube-apiserver', cluster);
kubelessKindsContract('kube-apiserver', cluster);
movingContract('kube-apiserver', cluster, await kubectlVersions());
