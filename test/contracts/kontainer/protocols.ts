import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { begin, call, fields, within } from '../../helpers/kontainer-call.ts';
import type { CurrentDriver } from './current-driver.ts';

/** The four ways a call is spoken to a function. */
export function protocolsContract(current: CurrentDriver): void {
  test('cgi: the body is standard input, binary safe and of any size, and the answer streams', async () => {
    await using probe = current().function();
    const { kontainer } = await begin(probe, 'echo');
    const body = randomBytes(3_000_000);
    const stream = kontainer.connect();
    stream.end(body);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    assert.ok(Buffer.concat(chunks).equals(body));
    assert.equal((await within(kontainer.exited, 'its end')).code, 0);
  });

  test('kontain-files: the request is a file, the reply too', async () => {
    await using probe = current().function({ protocol: 'kontain-files', args: ['/bin/probe', 'files'] });
    const { text, exit } = await call(probe, 'host');
    assert.match(fields(text).hostname ?? '', /^kontainer-/);
    assert.equal(exit.code, 0);
    const failed = await call(probe, 'exit 3');
    assert.equal(failed.text, '');
    assert.equal(failed.exit.code, 3);
  });

  for (const port of [8123, 80])
    test(`http: a server at $PORT gets one call, here ${port}`, async (t) => {
      if (current().start === 'template') return t.skip('a server of its own is no template');
      await using probe = current().function({ protocol: 'http', port, args: ['/bin/probe', 'http'] });
      const { text, exit } = await call(probe, 'host');
      assert.match(text, /^HTTP\/1.1 200 OK\r\n/);
      assert.equal(exit.killed, 'done');
      assert.match(fields(text).hostname ?? '', /^kontainer-/);
    });

  test('http: one that waits is there when its call comes late', async (t) => {
    if (current().start !== 'prewarmed') return t.skip('nothing waits');
    await using probe = current().function({ protocol: 'http', args: ['/bin/probe', 'http'] });
    await call(probe, 'host');
    /* the probe gives up on a silent connection after 200 ms */
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { kontainer } = await begin(probe, 'host');
    const stream = kontainer.connect();
    stream.end('GET /host HTTP/1.1\r\nHost: probe\r\n\r\n');
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    assert.match(Buffer.concat(chunks).toString(), /hostname\tkontainer-/);
    await kontainer[Symbol.asyncDispose]();
  });

  test('http-stream: one exchange on the stream', async () => {
    await using probe = current().function({ protocol: 'http-stream', args: ['/bin/probe', 'stream'] });
    for (let turn = 0; turn < 3; turn++) {
      const { text, exit } = await call(probe, 'host');
      assert.match(text, /^HTTP\/1.1 200 OK\r\n/);
      assert.equal(exit.code, 0);
    }
  });
}
