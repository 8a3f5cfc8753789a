import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { buffer } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { namespaces } from '../../src/kube/builtin-resources.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { loadKubeconfig } from '../../src/kube/kubeconfig.ts';
import { pods } from '../../src/kube/workload-resources.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { eventually } from '../helpers/eventually.ts';
import { builtin } from '../../src/lib/builtin.ts';

const { createServer } = builtin('node:http');

const kubeconfig = process.env['KONTAIN_TEST_KUBECONFIG'] ?? '';
/** A real API server proxies to no loopback address. */
const address = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.family === 'IPv4' && !found.internal)?.address;
const why =
  kubeconfig === '' ? 'needs KONTAIN_TEST_KUBECONFIG (make test-cluster)' : 'needs a network address';

test(
  'a real API server passes on a large source as the embedded one does',
  { skip: kubeconfig === '' || address === undefined ? why : false },
  async () => {
    const connection = await loadKubeconfig(kubeconfig);
    await using client = createKubeClient({
      connection,
      clock: systemClock,
      random: Math.random,
      userAgent: 'test',
    });
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        const { method, headers } = request;
        response.end(JSON.stringify({ method, bytes: body.length, length: headers['content-length'] }));
      });
    });
    server.listen(0, address);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const namespace = `proxy-${randomBytes(3).toString('hex')}`;
    try {
      await client.create(namespaces, { metadata: { name: namespace } });
      const containers = [{ name: 'a', image: 'x', ports: [{ containerPort: port }] }];
      const pod = { metadata: { namespace, name: 'taker' }, spec: { containers } };
      // Its service account is made by a controller.
      await eventually('the pod is taken', () => client.create(pods, pod).catch(() => undefined));
      const status = { phase: 'Running', podIP: address, podIPs: [{ ip: address }] };
      await client.mergePatch(pods, { namespace, name: 'taker' }, { status }, { subresource: 'status' });
      const length = 20 * 1024 * 1024;
      const chunk = Buffer.alloc(1024 * 1024);
      const open = () =>
        (async function* chunks() {
          for (let i = 0; i < 20; i += 1) yield chunk;
        })();
      const path = `/api/v1/namespaces/${namespace}/pods/taker:${port}/proxy/sources/a/b`;
      const answer = await client.putPath(path, { length, open });
      assert.deepEqual(answer, { method: 'PUT', bytes: length, length: String(length) });
    } finally {
      await client.delete(namespaces, { name: namespace });
      server.close();
    }
  },
);
