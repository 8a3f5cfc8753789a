import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { loadKubeconfig } from '../../src/kube/kubeconfig.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** The platform's own client. What is asked again and again is asked with it: each kubectl takes 75 ms of a processor. */
export async function testClient(kubeconfig: string): Promise<KubeClient> {
  const connection = await loadKubeconfig(kubeconfig);
  return createKubeClient({ connection, clock: systemClock, random: Math.random, userAgent: 'test' });
}
