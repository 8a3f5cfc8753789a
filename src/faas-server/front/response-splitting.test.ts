import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { FrontHarness } from '../../../test/helpers/front-harness.ts';
import { echo, respond } from '../../../test/helpers/inline-functions.ts';

const ok = 'HTTP/1.1 200 OK\r\n';
const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
/** Answers whose end may be seen in two places. */
const splitting: Record<string, string> = {
  'an empty length': `${ok}Content-Length:\r\n\r\n${evil}`,
  'a list of no length': `${ok}Content-Length: ,\r\n\r\n${evil}`,
  'the same length twice': `${ok}Content-Length: 2, 2\r\n\r\nok${evil}`,
  'a length that Connection names': `${ok}Connection: Content-Length\r\nContent-Length: 2\r\n\r\nok${evil}`,
  'a length of nothing': `${ok}Content-Length: 0\r\n\r\n${evil}`,
  'no content': `HTTP/1.1 204 No\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`,
  'not modified': `HTTP/1.1 304 Same\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`,
  'reset content': `HTTP/1.1 205 Reset\r\n\r\n${evil}`,
  'an interim answer': `HTTP/1.1 103 Hints\r\nContent-Length: 0\r\n\r\n${ok}Content-Length: 2\r\n\r\nok${evil}`,
  'a last chunk': `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${evil}`,
};

function keptAgent(): Agent & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() });
}

function ask(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => void text(response).then(resolve, reject));
    request.on('error', reject);
  });
}

suite('an answer that holds another', () => {
  for (const [what, bytes] of Object.entries(splitting))
    test(`${what} does not begin a second answer on the caller's connection`, async () => {
      await using front = await FrontHarness.start({ functions: { fn: respond(bytes), echo } });
      using agent = keptAgent();
      await ask(front.url('/default/fn'), agent).catch(() => '');
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.match(await ask(front.url('/default/echo?next'), agent), /^GET \/\?next /);
    });
});
