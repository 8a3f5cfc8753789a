import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { HttpSyntaxError, type ResponseHead } from './response-head.ts';
import { ResponseParser } from './response-parser.ts';
import type { RawHeaders } from './raw-headers.ts';

interface Seen {
  head: ResponseHead | undefined;
  body: string;
  trailers: RawHeaders | undefined;
  interims: number;
  done: boolean;
}

/** Parses `bytes` in pieces that begin at these offsets. */
function parse(bytes: Buffer, cuts: number[] = [], method = 'GET'): Seen {
  const seen: Seen = { head: undefined, body: '', trailers: undefined, interims: 0, done: false };
  const parser = new ResponseParser(
    {
      interim: () => (seen.interims += 1),
      head: (head) => (seen.head = head),
      data: (chunk) => (seen.body += chunk.toString('latin1')),
      end: (trailers) => (seen.trailers = trailers),
    },
    { method, maxHeadBytes: 4096 },
  );
  const offsets = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let index = 0; index + 1 < offsets.length; index += 1) {
    parser.push(bytes.subarray(offsets[index], offsets[index + 1]));
  }
  parser.finish();
  seen.done = parser.done;
  return seen;
}

const bodies = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

function chunked(pieces: string[]): string {
  const chunks = pieces
    .filter((piece) => piece !== '')
    .map((piece) => `${piece.length.toString(16)};x=y\r\n${piece}\r\n`);
  return `${chunks.join('')}0\r\nX-Sum: 1\r\n\r\n`;
}

suite('ResponseParser', () => {
  test('reads the same answer however its bytes are cut', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(bodies, { maxLength: 5 }),
        fc.integer({ min: 0, max: 2 }),
        cuts,
        (pieces, kind, offsets) => {
          const body = pieces.join('');
          const framing =
            [`Content-Length: ${body.length}\r\n`, 'Transfer-Encoding: chunked\r\n', ''][kind] ?? '';
          const sent = kind === 1 ? chunked(pieces) : body;
          const text = `HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 201 Made\r\nA: b \r\n${framing}\r\n${sent}`;
          const seen = parse(Buffer.from(text, 'latin1'), offsets);
          assert.equal(seen.body, body);
          assert.deepEqual(seen.head?.headers.slice(0, 2), ['A', 'b']);
          assert.deepEqual([seen.head?.status, seen.interims, seen.done], [201, 1, true]);
          assert.deepEqual(seen.trailers, kind === 1 ? ['X-Sum', '1'] : []);
        },
      ),
    );
  });

  test('never throws anything but HttpSyntaxError', () => {
    const pieces = fc.constantFrom(
      'HTTP/1.1 200 OK',
      '\r\n',
      '\n',
      '\r',
      ':',
      'A: b',
      'Content-Length: 3',
      'Transfer-Encoding: chunked',
      '3',
      'abc',
      '0',
      ' ',
      '\0',
      'HTTP/1.1 100 C',
      ';',
      'ffffffffffff',
      '-1',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, bodies), { maxLength: 20 }),
        fc.array(fc.nat()),
        (texts, cuts) => {
          try {
            parse(Buffer.from(texts.join(''), 'latin1'), cuts);
          } catch (error) {
            assert.ok(error instanceof HttpSyntaxError, String(error));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  const refused: Record<string, string> = {
    'no status line': 'hello\r\n\r\n',
    'HTTP/2': 'HTTP/2 200 OK\r\n\r\n',
    'a status of two digits': 'HTTP/1.1 20 OK\r\n\r\n',
    'a line that ends in LF alone': 'HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n',
    'a space before the colon': 'HTTP/1.1 200 OK\r\nA : b\r\n\r\n',
    'a header without name': 'HTTP/1.1 200 OK\r\n: b\r\n\r\n',
    'a folded header': 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n',
    'a chunk size that is no number': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    'an endless chunk size': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'0'.repeat(5000)}`,
    'a head that is too large': `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(5000)}`,
    'endless interim answers': 'HTTP/1.1 100 C\r\n\r\n'.repeat(100),
    'an empty length': 'HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n',
    'a list of empty lengths': 'HTTP/1.1 200 OK\r\nContent-Length: ,\r\n\r\n',
    'a length and an empty one': 'HTTP/1.1 200 OK\r\nContent-Length: 1,\r\n\r\n',
    'a length with a sign': 'HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n',
    'no coding': 'HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n',
    'an unknown coding of an answer without body':
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\n',
    'a chunk size without digits': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n;a\r\n',
    'a chunk size of 13 digits': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'0'.repeat(13)}\r\n`,
    'a chunk size behind a space': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1 1\r\n',
    'a chunk size line that ends in LF alone': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na',
    'an extension with LF': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;\n\r\na',
    'trailers that are too large': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ${'b'.repeat(5000)}`,
    'a length beyond all numbers': 'HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n',
  };
  for (const [what, bytes] of Object.entries(refused)) {
    test(`refuses ${what}`, () => {
      assert.throws(() => parse(Buffer.from(bytes, 'latin1')), HttpSyntaxError);
    });
  }

  test('a length that is said twice alike is one', () => {
    for (const lines of ['Content-Length: 2, 2', 'Content-Length: 2\r\ncontent-length: 2']) {
      assert.equal(parse(Buffer.from(`HTTP/1.1 200 OK\r\n${lines}\r\n\r\nabc`)).body, 'ab');
    }
  });

  test('small chunks are passed on as one piece', () => {
    const pieces: string[] = [];
    const parser = new ResponseParser(
      {
        interim: () => undefined,
        head: () => undefined,
        data: (bytes) => pieces.push(bytes.toString()),
        end: () => pieces.push('end'),
      },
      { method: 'GET', maxHeadBytes: 4096 },
    );
    parser.push(
      Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1;x\r\nb\r\n2\r\ncd'),
    );
    parser.push(Buffer.from('\r\n1 \r\ne\r\n0\r\n\r\nf'));
    assert.deepEqual(pieces, ['abcd', 'e', 'end']);
  });

  test('HEAD, 204 and 304 have no body whatever their headers say', () => {
    assert.equal(parse(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'), [], 'HEAD').done, true);
    assert.equal(parse(Buffer.from('HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n')).done, true);
    assert.equal(parse(Buffer.from('HTTP/1.1 304 Same\r\n\r\n')).done, true);
  });

  test('an answer that breaks off is not done', () => {
    for (const text of ['', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc']) {
      assert.equal(parse(Buffer.from(text)).done, false, text);
    }
  });
});
