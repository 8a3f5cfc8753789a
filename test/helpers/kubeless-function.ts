import type { KubelessFunction } from '../../src/api/function.ts';

/** A Function as the API server would hand it out. */
export function kubelessFunction(spec: KubelessFunction['spec'], name = 'hello'): KubelessFunction {
  return {
    apiVersion: 'kubeless.io/v1beta1',
    kind: 'Function',
    metadata: { name, namespace: 'default', uid: 'u-1', generation: 1, labels: { team: 'a' } },
    spec,
  };
}
