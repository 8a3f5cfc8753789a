import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventually } from '../../../test/helpers/eventually.ts';
import { FrontHarness } from '../../../test/helpers/front-harness.ts';
import { rawSocket } from '../../../test/helpers/raw-http.ts';

const body = 'a\u{1f600}ü'.repeat(1_000_000);
const reserved = async () => ({ status: 200, contentType: 'text/plain', body });

suite('pages of the server itself', () => {
  test('a large one comes whole, and HEAD tells its length', async () => {
    await using front = await FrontHarness.start({ functions: {}, front: { reserved } });
    assert.equal(await (await fetch(front.url('/metrics'))).text(), body);
    const head = await fetch(front.url('/metrics'), { method: 'HEAD' });
    assert.equal(Number(head.headers.get('content-length')), Buffer.byteLength(body));
  });

  test('readers that do not read hold no copy of it, and lose their connection', async () => {
    const limits = { headersTimeoutMs: 500 };
    await using front = await FrontHarness.start({ functions: {}, front: { reserved }, limits });
    const sockets = await Promise.all(Array.from({ length: 50 }, () => rawSocket(front.port)));
    const before = process.memoryUsage().arrayBuffers;
    let closed = 0;
    for (const socket of sockets) {
      socket
        .on('error', () => undefined)
        .once('end', () => socket.destroy())
        .once('close', () => (closed += 1));
      socket.pause();
      socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.ok(process.memoryUsage().arrayBuffers - before < 50 * 1024 * 1024, 'of 50 times 7 MB');
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const socket of sockets) socket.resume();
    await eventually('all are closed', async () => closed === sockets.length);
  });
});
