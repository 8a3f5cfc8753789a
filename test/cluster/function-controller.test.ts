import { functionControllerContract } from '../contracts/function-controller/contract.ts';

const cluster = () =>
  Promise.resolve({
    kubeconfig: process.env['KONTAIN_TEST_KUBECONFIG'] ?? '',
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });

functionControllerContract('kube-apiserver', { start: cluster, hasJobController: true });
