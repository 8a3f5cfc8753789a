import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readBody } from '../../../runtimes/nodejs/request-body.ts';
import { BadRequest, headLimitBytes, parseRequestHead } from '../../../runtimes/nodejs/request-head.ts';
import { exchange } from './http-exchange.ts';

/** Names and values that matter to framing, and some that do not; most of them are valid. */
const field = fc.tuple(
  fc.constantFrom(
    'Host',
    'host',
    'Content-Length',
    'Transfer-Encoding',
    'transfer-encoding',
    'X-Any',
    'Expect',
  ),
  fc.constantFrom(':', ': ', ':\t', ' :', ''),
  fc.oneof(
    fc.constantFrom(
      'a',
      '',
      '3',
      '03',
      '+3',
      '-3',
      '0x3',
      '3, 3',
      '3 ',
      ' 3\t',
      'chunked',
      'Chunked',
      'gzip',
    ),
    fc.constantFrom(
      'chunked, chunked',
      'identity',
      'a\0b',
      'a\nb',
      'a\rb',
      'ä\u007f',
      '\u000b3',
      '\u00a03',
      '１',
    ),
    fc.string({ maxLength: 8 }),
  ),
);
const requestLine = fc.tuple(
  fc.constantFrom('GET', 'POST', 'get', 'M-SEARCH', 'P OST', 'GE\tT', '', '(', 'GET '),
  fc.constantFrom('/', '/a?b=c%20d', '*', 'http://h/', '/ä', '/a b', '', '//', '/%', '/\u007f'),
  fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', 'HTTP/1.1 ', 'HTTP/01.1', ''),
);
const usual = <T>(arbitrary: fc.Arbitrary<T>, value: T) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 2, arbitrary });
const lineEnd = usual(fc.constantFrom('\n', '\r', '\r\n ', '\r\n\t', '\n\r'), '\r\n');
const body = fc.oneof(
  fc.constantFrom('', 'abc', 'abcdef', '3\r\nabc\r\n0\r\n\r\n', '3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n'),
  fc.constantFrom(
    '3 \r\nabc\r\n0\r\n\r\n',
    '03\r\nabc\r\n00\r\n\r\n',
    '3\nabc\n0\n\n',
    '-3\r\nabc\r\n0\r\n\r\n',
  ),
  fc.constantFrom(
    '3\r\nabcd\r\n0\r\n\r\n',
    '0\r\nA : b\r\n\r\n',
    '0x3\r\nabc\r\n0\r\n\r\n',
    'ffffffffffffff\r\n',
  ),
  fc.constantFrom(
    '3;\0\r\nabc\r\n0\r\n\r\n',
    '3\r\nabc\r\n0\r\n b\r\n\r\n',
    '0\r\n',
    '3 3\r\nabc\r\n0\r\n\r\n',
  ),
  fc.string({ maxLength: 12 }),
);

/** A body is looked at only if the head says in order how long it is. */
const framing = fc.constantFrom('', 'Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n');

/** Some take no request without it. */
const host = usual(fc.constant(''), 'Host: function.test\r\n');

const request = fc
  .tuple(
    usual(requestLine, ['POST', '/', 'HTTP/1.1']),
    host,
    usual(fc.array(fc.tuple(field, lineEnd), { maxLength: 4 }), []),
    framing,
    usual(lineEnd, '\r\n'),
    body,
  )
  .map(([line, first, fields, frame, end, rest]) => {
    const lines = fields.map(([[name, colon, value], lineBreak]) => `${name}${colon}${value}${lineBreak}`);
    return `${line.join(' ')}\r\n${first}${lines.join('')}${frame}${end}${rest}`;
  });

/** Whether it is taken, and as which body: what a smuggled request needs is that two parsers see it differently. */
async function verdict(port: string | number, bytes: string): Promise<string> {
  const answer = (await exchange(port, Buffer.from(bytes, 'latin1'), true)).toString('latin1');
  const final = answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
  const status = /^HTTP\/1\.[01] (\d+)/.exec(final)?.[1] ?? 'none';
  return status === '200' ? `200 ${final.slice(final.indexOf('\r\n\r\n') + 4)}` : status;
}

/** Our parser of the Node.js runtime, in this process: on a port, it leaves HTTP to node:http. */
function nodejsVerdict(bytes: string): string {
  const connection = new Memory(Buffer.from(bytes, 'latin1'));
  try {
    const head = connection.readUntil('\r\n\r\n', headLimitBytes);
    if (head === null) return '431';
    const { content } = readBody(connection as never, parseRequestHead(head.toString('latin1')), Infinity);
    return `200 ${content.toString('latin1')}`;
  } catch (error) {
    if (error instanceof BadRequest) return String(error.status);
    if (error instanceof RangeError) return 'none';
    throw error;
  }
}

/** A connection whose caller has sent all it will. */
class Memory {
  #left: Buffer;

  constructor(bytes: Buffer) {
    this.#left = bytes;
  }

  readUntil(mark: string, limit: number): Buffer | null {
    const at = this.#left.indexOf(mark);
    if (at < 0) throw new RangeError('the end');
    return at + mark.length <= limit ? this.readExactly(at + mark.length) : null;
  }

  readExactly(size: number): Buffer {
    if (this.#left.length < size) throw new RangeError('the end');
    const taken = this.#left.subarray(0, size);
    this.#left = this.#left.subarray(size);
    return taken;
  }

  write(): void {}
}

const refusedOr = (verdict: string): string => (verdict.startsWith('200 ') ? verdict : 'refused');

/** How a server differs that brings its own words. */
export interface Leeway {
  /** What it may refuse although ours takes it. */
  mayRefuse: (bytes: string) => boolean;
}

/**
 * Fails where one of these servers, whose handler answers with the body, reads a request in another way than our own parser of
 * the Node.js runtime does. With `leeway` it may refuse with another status, too.
 */
export async function assertSameVerdicts(
  servers: ReadonlyMap<string, string | number>,
  leeway?: Leeway,
): Promise<void> {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(request, async (bytes) => {
      const expected = nodejsVerdict(bytes);
      count(`expected ${expected.slice(0, 3)}`);
      const asked = [...servers].map(async ([name, port]) => [name, await verdict(port, bytes)] as const);
      for (const [name, actual] of await Promise.all(asked)) {
        count(`${name} ${actual.slice(0, 3)}`);
        const [seenAs, wanted] =
          leeway === undefined ? [actual, expected] : [actual, expected].map(refusedOr);
        if (seenAs === 'refused' && leeway?.mayRefuse(bytes) === true) continue;
        assert.equal(seenAs, wanted, `${name}: ${JSON.stringify(bytes)}`);
      }
    }),
    { numRuns: 600 },
  );
  // The generator reaches both sides.
  for (const who of ['expected', ...servers.keys()])
    for (const status of ['200', '400'])
      assert.ok((seen.get(`${who} ${status}`) ?? 0) > 20, JSON.stringify([...seen]));
}
