import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { FrontHarness } from '../../../../test/helpers/front-harness.ts';
import type { InlineFunction } from '../../../../test/helpers/inline-driver.ts';
import { PlatformError } from '../../../lib/errors.ts';
import { parseReply } from './files-reply.ts';
import { filesRequest } from './files-request.ts';
import { longestString } from './longest-string.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const maxEnvelope = 1024;
const parse = (text: string) => parseReply(Buffer.from(text), maxEnvelope);

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
          const { status } = parseReply(Buffer.from(document as string), maxEnvelope);
          assert.ok(status >= 200 && status <= 599);
        } catch (error) {
          assert.ok(error instanceof PlatformError && error.code === 'bad_response', String(error));
        }
      }),
    );
  });

  test('data of any size, in a small envelope', () => {
    const data = randomBytes(3_000_000);
    // As PHP and .NET write base64 into JSON.
    const escaped = data.toString('base64').replaceAll('/', '\\/').replaceAll('+', '\\u002B');
    const documents = [
      `{"Status": 200, "x": "\\"{", "Data": "${data.toString('base64')}", "Headers": {"A": "\\\\"}}`,
      `{"data": "${escaped}", "Status": 200, "Headers": {"A": "\\\\"}}`,
      `{"Status": 200, "${'k'.repeat(5_000_000)}": 1, "Data": "${base64('small')}"}`,
      `STATUSCODE: 200\nDATA: ${data.toString('base64')}\n`,
    ];
    const bodies = documents.map((document) => parse(document).body);
    assert.deepEqual(bodies, [data, data, Buffer.from('small'), data]);
    assert.deepEqual(parse(documents[0] ?? '').headers, ['A', '\\']);
  });

  test('an envelope of any size is not read: it could take seconds', () => {
    const million = 1_000_000;
    const envelopes = [
      `{"Status": 200, "x": ${'['.repeat(million)}${']'.repeat(million)}}`,
      `{"Status": 200, ${'"a":0,'.repeat(million)} "b": 0}`,
      `{"Status": 200, "Headers": {"a": "${'b'.repeat(million)}"}}`,
      `{"Status": 200, "Data": "${'QUJD'.repeat(million)}", "x": [${'0,'.repeat(million)}0]}`,
      `{"Status": 200, "Data": ["${'QUJD'.repeat(million)}"]}`,
      `{"Status": 200, "Data": "${'QUJD'.repeat(million)}`,
      `STATUSCODE: 200\n${'a:b\n'.repeat(million)}DATA: QUJD\n`,
    ];
    for (const envelope of envelopes) {
      assert.throws(() => parse(envelope), { code: 'bad_response' }, envelope.slice(0, 40));
    }
  });

  test('the longest string is found whatever else there is', () => {
    const value = fc.oneof(
      { maxDepth: 3 },
      fc.json(),
      fc.string().map((text) => JSON.stringify(text)),
    );
    fc.assert(
      fc.property(value, fc.string({ minLength: 500, maxLength: 600 }), (other, long) => {
        const literal = JSON.stringify(long);
        const { start, end } = longestString(`{"a":${other},"b":${literal}}`, 1000) ?? { start: 0, end: 0 };
        assert.equal(`{"a":${other},"b":${literal}}`.slice(start, end), literal);
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
