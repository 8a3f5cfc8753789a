import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { FrontHarness } from '../../../../test/helpers/front-harness.ts';
import type { InlineFunction } from '../../../../test/helpers/inline-driver.ts';
import { PlatformError } from '../../../lib/errors.ts';
import { parseReply } from './files-reply.ts';
import { filesRequest } from './files-request.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const parse = (text: string) => parseReply(Buffer.from(text));

suite('reply documents', () => {
  test('JSON, with keys in any case and unknown ones', () => {
    const reply = parse(
      ` {"status": 201, "DATA": "${base64('hi')}", "x": 1, "Headers": {"A": ["b", "c"], "D": "e"}}\n`,
    );
    assert.deepEqual([reply.status, reply.body.toString()], [201, 'hi']);
    assert.deepEqual(reply.headers, ['A', 'b', 'A', 'c', 'D', 'e']);
    assert.equal(parse('{"Status": 200}').body.length, 0);
    assert.equal(parse('{"Status": 200, "Data": null}').body.length, 0);
    assert.equal(parse('{"Status": 200, "Status": 404}').status, 404);
  });

  test('the older text protocol', () => {
    const reply = parse(`STATUSCODE:  200\nX: y\nDATA: ${base64('the quick')}\n\n`);
    assert.deepEqual([reply.status, reply.body.toString()], [200, 'the quick']);
    assert.equal(parse('STATUSCODE: 500\nSTATUSCODE: 202\nDATA: \n').status, 202);
  });

  test('what is neither is a bad response', () => {
    const documents = [
      '',
      ' \n',
      'hello',
      '{}',
      '{"Status": "200"}',
      '{"Status": 200.5}',
      '{"Status": 99}',
      '{"Status": 600}',
      '{"Status": 408000}',
      '{"Status": 200, "Data": "%"}',
      '{"Status": 200, "Data": "YQ"}',
      '{"Status": 200, "Data": 1}',
      '{"Status": 200} x',
      '{"Status": 200, "Headers": []}',
      '{"Status": 200, "Headers": {"a b": "c"}}',
      '{"Status": 200, "Headers": {"a": "b\\r\\nc: d"}}',
      '{"Status": 200, "Headers": {"a": 1}}',
      '[]',
      'STATUSCODE: x\n',
      'DATA: \n',
      'STATUSCODE: 200\nDATA: %\n',
      'STATUSCODE: 200\nnothing\n',
    ];
    for (const text of documents) assert.throws(() => parse(text), { code: 'bad_response' }, text);
  });

  test('never throws anything but bad_response', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array()), (document) => {
        try {
          const { status } = parseReply(Buffer.from(document as string));
          assert.ok(status >= 200 && status <= 599);
        } catch (error) {
          assert.ok(error instanceof PlatformError && error.code === 'bad_response', String(error));
        }
      }),
    );
  });

  test('a request document has the keys of the original server, in order', () => {
    const headers = ['A', '1', 'a', '2', '__proto__', 'x'];
    const document = filesRequest({ method: 'PUT', url: '/n/f?<&>', headers, body: Buffer.from('hi') });
    assert.equal(
      document,
      `{"Method":"PUT","Url":"/n/f?<&>","Headers":{"A":["1","2"],"__proto__":["x"]},"Data":"${base64('hi')}"}`,
    );
  });
});

/** Reads the request document and replies with it, `$BODY` replaced by its data. */
function replies(document: string): InlineFunction {
  return async ({ socket, exit }) => {
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    const { Data } = JSON.parse(text) as { Data: string };
    socket.write(document.replace('$BODY', Data));
    exit({ code: 0 });
  };
}

test('protocol kontain-files: documents both ways, limits and all', async () => {
  const functions = {
    json: replies('{"Status": 202, "Data": "$BODY", "Headers": {"X-A": ["b"], "Content-Length": ["999"]}}'),
    text: replies('STATUSCODE: 200\nDATA: $BODY\n'),
    bad: replies('nonsense'),
    large: replies(`{"Status": 200, "x": "${'x'.repeat(2_000_000)}"}`),
  };
  await using front = await FrontHarness.start({
    functions,
    spec: { protocol: 'kontain-files' },
    limits: { bodyBytes: 0 },
  });
  const call = (name: string, body = 'body') =>
    fetch(front.url(`/default/${name}`), { method: 'POST', body });
  const json = await call('json');
  assert.deepEqual([json.status, json.headers.get('x-a'), await json.text()], [202, 'b', 'body']);
  assert.equal(await (await call('text')).text(), 'body');
  assert.match(await (await call('bad')).text(), /bad_response/);
  assert.match(await (await call('large')).text(), /response_too_large/);
  assert.match(await (await call('json', 'x'.repeat(2_000_000))).text(), /body_too_large/);
});
