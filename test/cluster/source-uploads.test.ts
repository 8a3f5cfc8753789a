import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { namespaces } from '../../src/kube/builtin-resources.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { loadKubeconfig } from '../../src/kube/kubeconfig.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { sourceUploadsContract } from '../contracts/source-uploads/contract.ts';
import type { UploadTarget } from '../contracts/source-uploads/replicas.ts';
import { freePorts } from '../helpers/free-ports.ts';

const kubeconfig = process.env['KONTAIN_TEST_KUBECONFIG'] ?? '';
/** A real API server proxies to no loopback address. */
const podIP = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.family === 'IPv4' && !found.internal)?.address;

async function start(): Promise<UploadTarget> {
  const platform = `platform-${randomBytes(3).toString('hex')}`;
  const ports = await freePorts(2);
  const replicas = ports.map((port) => ({ port, address: `${podIP ?? ''}:${port}` }));
  return {
    kubeconfig,
    platform,
    replicas,
    podIP: podIP ?? '',
    [Symbol.asyncDispose]: () => remove(platform),
  };
}

async function remove(name: string): Promise<void> {
  const connection = await loadKubeconfig(kubeconfig);
  const options = { connection, clock: systemClock, random: Math.random, userAgent: 'test' };
  await using client = createKubeClient(options);
  await client.delete(namespaces, { name });
}

const why =
  kubeconfig === '' ? 'needs KONTAIN_TEST_KUBECONFIG (make test-cluster)' : 'needs a network address';
const skip = kubeconfig === '' || podIP === undefined ? why : false;
sourceUploadsContract('kube-apiserver', start, { skip });
