import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { FrontHarness } from '../../../test/helpers/front-harness.ts';
import { echo } from '../../../test/helpers/inline-functions.ts';
import { rawExchange, rawSocket, readAll } from '../../../test/helpers/raw-http.ts';

const host = 'Host: x\r\n';
const get = (query: string, headers = ''): string =>
  `GET /default/echo?${query} HTTP/1.1\r\n${host}${headers}\r\n`;
const post = (path: string, headers: string): string => `POST ${path} HTTP/1.1\r\n${host}${headers}\r\n`;

/** What is answered, and then closes the connection, with its status. */
const closing: Record<string, [string, number]> = {
  'two Hosts': [get('1', host), 400],
  'a body that is too large': [post('/default/echo', 'Content-Length: 9999999\r\n'), 413],
  'a body for nobody': [`${post('/default/none', 'Content-Length: 4\r\n')}body`, 404],
};

suite('requests sent ahead of their answers', async () => {
  const front = await FrontHarness.start({ functions: { echo } });
  after(() => front[Symbol.asyncDispose]());

  /** The statuses and queries that are answered, in order, and how many Kontainers that took. */
  async function exchange(bytes: string): Promise<{ answers: string[]; started: number }> {
    const before = front.driver.started;
    const answer = await rawExchange(front.port, bytes);
    while (front.driver.alive.size > 0) await new Promise(setImmediate);
    const answers = answer.match(/HTTP\/1\.1 \d+(?! *\r)|(?<=^GET \/\?|\nGET \/\?)\w+/g) ?? [];
    return {
      answers: answers.map((item) => item.replace('HTTP/1.1 ', '')),
      started: front.driver.started - before,
    };
  }

  for (const [what, [bytes, status]] of Object.entries(closing))
    test(`what follows ${what} is not served`, async () => {
      const { answers, started } = await exchange(bytes + get('behind'));
      assert.deepEqual([answers, started], [[String(status)], 0]);
    });

  test('a malformed one is answered behind all that came before it', async () => {
    const { answers, started } = await exchange(`${get('1')}${get('2')}${get('3')}bad\r\n\r\n${get('4')}`);
    assert.deepEqual([answers, started], [['200', '1', '200', '2', '200', '3', '400'], 3]);
  });

  test('one whose body is malformed does not reach the function, and is answered in its turn', async () => {
    const chunks = 'Transfer-Encoding: chunked\r\n';
    const { answers, started } = await exchange(`${get('1')}${post('/default/echo', chunks)}zz\r\n`);
    assert.deepEqual([answers, started], [['200', '1', '400'], 1]);
  });

  for (const [what, bytes] of Object.entries({
    'an upgrade': get('2', 'Connection: upgrade\r\nUpgrade: websocket\r\n'),
    CONNECT: `CONNECT x:80 HTTP/1.1\r\n${host}\r\n`,
  }))
    test(`${what} is not answered in place of the one before it`, async () => {
      const { answers } = await exchange(get('1') + bytes);
      assert.deepEqual(answers, []);
    });

  test('who leaves has none of them served', async () => {
    const before = front.driver.started;
    const socket = await rawSocket(front.port);
    socket.write(get('0').repeat(5));
    while (front.driver.started === before) await new Promise(setImmediate);
    socket.resetAndDestroy();
    await readAll(socket);
    while (front.driver.alive.size > 0) await new Promise(setImmediate);
    await rawExchange(front.port, get('0', 'Connection: close\r\n'));
    assert.ok(front.driver.started - before < 5, `${front.driver.started - before} started`);
  });

  test('the rest of what cannot be read does not reset the connection under its answer', async () => {
    const socket = await rawSocket(front.port);
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    socket.write(`GET /${'a'.repeat(2_000_000)}`);
    const answer = await readAll(socket);
    assert.match(answer, /^HTTP\/1\.1 431 [\s\S]*"code":"headers_too_large"/);
    assert.deepEqual(errors, []);
  });
});
