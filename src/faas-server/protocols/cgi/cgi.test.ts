import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { FrontHarness } from '../../../../test/helpers/front-harness.ts';
import type { InlineFunction } from '../../../../test/helpers/inline-driver.ts';
import { HttpSyntaxError } from '../../../lib/http/response-head.ts';
import { cgiEnv, type CgiRequest } from './cgi-env.ts';
import { CgiHeadReader, type CgiHead } from './cgi-head.ts';

const request: CgiRequest = {
  method: 'POST',
  prefix: '/ns/fn',
  target: '/a%20b/%C3%A9?x=%20',
  headers: [
    'Host',
    'h:81',
    'Content-Type',
    'text/plain',
    'X-One',
    '1',
    'x-one',
    '2',
    'Proxy',
    'evil',
    'X_One',
    'evil',
  ],
  contentLength: 4,
  httpVersion: '1.1',
  host: 'h:81',
  remoteAddress: '::1',
};

suite('cgiEnv', () => {
  test('has the variables of RFC 3875', () => {
    assert.deepEqual(cgiEnv(request), {
      HTTP_HOST: 'h:81',
      CONTENT_TYPE: 'text/plain',
      HTTP_X_ONE: '1, 2',
      SERVER_NAME: 'h',
      SERVER_PORT: '81',
      GATEWAY_INTERFACE: 'CGI/1.1',
      SERVER_SOFTWARE: 'kontain-faas',
      SERVER_PROTOCOL: 'HTTP/1.1',
      REQUEST_METHOD: 'POST',
      REQUEST_URI: '/ns/fn/a%20b/%C3%A9?x=%20',
      SCRIPT_NAME: '/ns/fn',
      PATH_INFO: '/a b/\xc3\xa9',
      QUERY_STRING: 'x=%20',
      REMOTE_ADDR: '::1',
      CONTENT_LENGTH: '4',
    });
  });

  test('a chunked body has no CONTENT_LENGTH, a NUL in the path is refused', () => {
    assert.equal(cgiEnv({ ...request, contentLength: undefined })['CONTENT_LENGTH'], undefined);
    assert.throws(() => cgiEnv({ ...request, target: '/%00' }), { code: 'bad_request' });
  });

  test('whatever is sent: names and values that an environment can hold', () => {
    const pairs = fc.array(
      fc.tuple(fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/), fc.stringMatching(/^[ -~]{0,20}$/)),
    );
    fc.assert(
      fc.property(pairs, fc.stringMatching(/^\/[!-$&-~]{0,30}$/), (headers, target) => {
        for (const [name, value] of Object.entries(cgiEnv({ ...request, headers: headers.flat(), target }))) {
          assert.doesNotMatch(name, /[=\0]/);
          assert.doesNotMatch(value, /\0/);
          assert.notEqual(name, 'HTTP_PROXY');
        }
      }),
    );
  });
});

suite('CgiHeadReader', () => {
  /** @param cuts offsets at which the text is cut into pieces */
  const parse = (text: string, cuts: number[] = []): CgiHead | undefined => {
    const bytes = Buffer.from(text, 'latin1');
    const reader = new CgiHeadReader(4096);
    const offsets = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
    for (const [index, start] of [0, ...offsets].entries()) {
      const end = offsets[index] ?? bytes.length;
      const found = reader.push(bytes.subarray(start, end));
      if (found) return { ...found, rest: Buffer.concat([found.rest, bytes.subarray(end)]) };
    }
    return undefined;
  };

  test('reads status, headers and where the body begins, with LF and CRLF', () => {
    for (const end of ['\n', '\r\n']) {
      const text = `Status: 404 Gone${end}Content-Type: a/b${end}${end}`;
      const found = parse(`${text}body`);
      assert.deepEqual(found?.head, { status: 404, headers: ['Content-Type', 'a/b'] });
      assert.equal(found?.rest.toString(), 'body');
    }
  });

  test('reads the same head however its bytes are cut', () => {
    const text = 'Status: 404 Gone\r\nA: b\nContent-Type: a/b\n\r\nbody\n\n';
    const whole = parse(text);
    assert.deepEqual([whole?.head.headers.length, whole?.rest.toString()], [4, 'body\n\n']);
    fc.assert(fc.property(fc.array(fc.nat()), (cuts) => assert.deepEqual(parse(text, cuts), whole)));
  });

  test('a head that does not end is refused once it is too large', () => {
    assert.throws(() => parse(`A: ${'b'.repeat(5000)}`), HttpSyntaxError);
    assert.throws(() => parse(`${'A: b\n'.repeat(900)}\n`), HttpSyntaxError);
  });

  test('a Location alone is a redirect', () => {
    assert.equal(parse('Location: /other\n\n')?.head.status, 302);
    assert.equal(parse('Status: 301 X\nLocation: /other\n\n')?.head.status, 301);
  });

  test('refuses what is no CGI header', () => {
    for (const text of [
      '\n',
      'hello\n\n',
      'Status: 700 X\n\n',
      'Status: x\n\n',
      'Status: 200\nStatus: 201\n\n',
      'HTTP/1.1 200 OK\n\n',
      'A: \0\n\n',
    ]) {
      assert.throws(() => parse(text), HttpSyntaxError, JSON.stringify(text));
    }
    assert.equal(parse('Content-Type: a/b\n'), undefined);
  });

  test('never throws anything but HttpSyntaxError', () => {
    const piece = fc.constantFrom('Status: ', '200', '\n', '\r\n', ': ', 'A', ' ', '\0', 'Location: x');
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
        try {
          parse(pieces.join(''));
        } catch (error) {
          assert.ok(error instanceof HttpSyntaxError, String(error));
        }
      }),
    );
  });
});

/** A program that reads all of its input and prints this, `$IN` replaced by the input. */
function program(
  output: string,
  exit: { code?: number | null; signal?: number } = { code: 0 },
): InlineFunction {
  return async (call) => {
    let input = '';
    for await (const chunk of call.socket) input += String(chunk);
    call.socket.write(output.replace('$IN', input).replace('$PATH', call.callEnv?.['PATH_INFO'] ?? ''));
    call.exit(exit);
  };
}

suite('protocol cgi', () => {
  const spec = { protocol: 'cgi' } as const;

  test('body in, answer out, environment of its own', async () => {
    const functions = { fn: program('Content-Type: text/plain\n\n$PATH $IN') };
    await using front = await FrontHarness.start({ functions, spec });
    const response = await fetch(front.url('/default/fn/a'), { method: 'POST', body: 'input' });
    assert.equal(await response.text(), '/a input');
  });

  test('a length is passed on once, and kept to', async () => {
    const functions = { fn: program('Content-Length: 2, 2\n\nok and more') };
    await using front = await FrontHarness.start({ functions, spec });
    const response = await fetch(front.url('/default/fn'));
    assert.deepEqual([response.headers.get('content-length'), await response.text()], ['2', 'ok']);
  });

  test('a program that prints no header, or dies, is a bad gateway', async () => {
    const functions = {
      plain: program('hello\n'),
      silent: program(''),
      fails: program('', { code: 2 }),
      fine: program('Status: 201 Made\n\nok', { code: 1 }),
      killed: program('Content-Type: a/b\n\nhalf', { code: null, signal: 11 }),
    };
    await using front = await FrontHarness.start({ functions, spec });
    const code = async (name: string): Promise<unknown> =>
      ((await (await fetch(front.url(`/default/${name}`))).json()) as { code: string }).code;
    assert.equal(await code('plain'), 'bad_response');
    assert.equal(await code('silent'), 'bad_response');
    assert.equal(await code('fails'), 'crashed');
    // As with every web server: an exit code after a whole answer is the log's business.
    assert.equal((await fetch(front.url('/default/fine'))).status, 201);
    await assert.rejects(fetch(front.url('/default/killed')).then((response) => response.text()));
  });
});
