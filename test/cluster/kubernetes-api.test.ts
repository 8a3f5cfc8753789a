import { test } from 'node:test';
import { kubectlVersions } from '../helpers/kubectl.ts';
import { kubernetesApiContract } from '../contracts/kubernetes-api/contract.ts';

const kubeconfig = process.env['KONTAIN_TEST_KUBECONFIG'] ?? '';

if (kubeconfig === '') {
  void test.skip(
    'Kubernetes API: needs a real kube-apiserver in KONTAIN_TEST_KUBECONFIG (make test-cluster)',
  );
} else {
  kubernetesApiContract('kube-apiserver', await kubectlVersions(), () =>
    Promise.resolve({ kubeconfig, [Symbol.asyncDispose]: () => Promise.resolve() }),
  );
}
