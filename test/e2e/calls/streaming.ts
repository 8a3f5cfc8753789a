import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../../helpers/e2e-call.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';
import { memoryOf } from '../../helpers/processes.ts';
import { rawExchange, rawSocket, readAll, readUntil } from '../../helpers/raw-http.ts';
import { builtin } from '../../../src/lib/builtin.ts';

const { request } = builtin('node:http');

const mebibyte = 1024 * 1024;

export function streamedBodies(current: CurrentPlatform): void {
  suite('a body', () => {
    let platform: Platform;
    before(async () => {
      platform = current();
      const program = await platform.images.program('streams.c');
      await platform.deploy({
        streams: { image: program, protocol: 'cgi', start: 'template' },
        calls: { image: await platform.images.onRuntime('python3.11', 'calls.py') },
      });
      assert.equal((await call(platform.url('streams'))).text, 'hello\n');
      assert.equal((await call(platform.url('calls'))).text, 'hello');
    });

    const memory = () => memoryOf(platform.instance.pid('faas-server'));

    /** Sends 50 MB and counts what comes back meanwhile; the server's memory at its largest. */
    async function copy(): Promise<{ received: number; most: number }> {
      const chunk = Buffer.alloc(mebibyte, 'x');
      const outgoing = request(platform.url('streams/copy'), { method: 'POST' });
      const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
      const send = async (): Promise<void> => {
        for (let count = 0; count < 50; count += 1) if (!outgoing.write(chunk)) await once(outgoing, 'drain');
        outgoing.end();
      };
      const sent = send();
      const [response] = await answered;
      let [received, most] = [0, 0];
      for await (const part of response as AsyncIterable<Buffer>) {
        received += part.length;
        most = Math.max(most, memory());
      }
      await sent;
      return { received, most };
    }

    test('of 50 MB goes in and out as a stream: the server’s memory stays as it is', async (t) => {
      // The first one fills what the garbage collector of Node.js lets lie.
      const first = await copy();
      const later = [await copy(), await copy()];
      const grown = (Math.max(...later.map(({ most }) => most)) - first.most) / mebibyte;
      t.diagnostic(
        `faas-server had ${Math.round(first.most / mebibyte)} MiB, then ${grown.toFixed(1)} MiB more`,
      );
      assert.ok([first, ...later].every(({ received }) => received === 50 * mebibyte));
      assert.ok(grown < 40, `grew by ${grown} MiB`);
    });

    test('that the caller does not read waits in the function, not in the server', async () => {
      const before = memory();
      const outgoing = request(platform.url('streams/produce?200')).end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      await delay(1000);
      const grown = memory() - before;
      let received = 0;
      for await (const part of response as AsyncIterable<Buffer>) received += part.length;
      assert.equal(received, 200 * mebibyte);
      assert.ok(grown < 40 * mebibyte, `grew by ${grown / mebibyte} MiB`);
    });

    test('arrives piece by piece while the function still writes', async () => {
      const outgoing = request(platform.url('calls/ticks')).end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      assert.equal(response.headers['content-type'], 'text/event-stream');
      const pieces: string[] = [];
      for await (const part of response as AsyncIterable<Buffer>) pieces.push(part.toString());
      assert.equal(pieces.join(''), [0, 1, 2, 3, 4].map((n) => `data: ${n}\n\n`).join(''));
      assert.ok(pieces.length > 1, 'all came at once');
    });

    test('is answered piece by piece while the caller still sends', async () => {
      const outgoing = request(platform.url('streams/copy'), { method: 'POST' });
      outgoing.write('first');
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      for (const piece of ['first', 'second', 'third']) {
        if (piece !== 'first') outgoing.write(piece);
        const [answer] = (await once(response, 'data')) as [Buffer];
        assert.equal(answer.toString(), piece);
      }
      outgoing.end();
      await once(response, 'end');
    });

    test('in chunks keeps its trailers', async () => {
      const answer = await rawExchange(
        platform.instance.port,
        'POST /default/calls/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n' +
          'Trailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n',
      );
      assert.match(answer, /"trailers": ?\{"x-sum": ?"6"\}/);
    });

    test('that is announced with Expect is asked for', async () => {
      const socket = await rawSocket(platform.instance.port);
      const head =
        'POST /default/streams/copy HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n';
      socket.write(head);
      assert.match(await readUntil(socket, /\r\n\r\n/), /^HTTP\/1\.1 100 Continue\r\n/);
      socket.write('12345');
      const answer = await readAll(socket);
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.match(answer, /12345/);
    });

    test('that is announced to no function is not asked for', async () => {
      const answer = await rawExchange(
        platform.instance.port,
        'POST /default/nobody HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
      );
      assert.match(answer, /^HTTP\/1\.1 404 /);
    });

    test('of an upgrade is refused in words', async () => {
      const answer = await rawExchange(
        platform.instance.port,
        'GET /default/calls HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      );
      assert.match(answer, /^HTTP\/1\.1 501 /);
      assert.match(answer, /"code":"upgrade_refused"/);
    });

    test('after a pipelined request belongs to its own call', async () => {
      const one = 'POST /default/calls/digest HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na';
      const two = 'GET /default/calls HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
      const answer = await rawExchange(platform.instance.port, one + two);
      const bodies = answer.match(/\r\n\r\n[^\r]*/g)?.map((text) => text.trim()) ?? [];
      assert.deepEqual(
        bodies.map((text) => text.slice(0, 5)).filter((text) => text !== ''),
        ['ca978', 'hello'],
      );
    });
  });
}
