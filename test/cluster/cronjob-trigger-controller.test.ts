import { cronJobTriggerControllerContract } from '../contracts/cronjob-trigger-controller/contract.ts';

const cluster = () =>
  Promise.resolve({
    kubeconfig: process.env['KONTAIN_TEST_KUBECONFIG'] ?? '',
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });

cronJobTriggerControllerContract('kube-apiserver', cluster);
