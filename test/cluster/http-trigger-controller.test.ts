import { httpTriggerControllerContract } from '../contracts/http-trigger-controller/contract.ts';

httpTriggerControllerContract('kube-apiserver', () =>
  Promise.resolve({
    kubeconfig: process.env['KONTAIN_TEST_KUBECONFIG'] ?? '',
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
);
