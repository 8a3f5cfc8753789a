import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { call, type Answer } from './http-exchange.ts';
import { startRuntime, type Runtime, type RuntimeProcess } from './runtime-process.ts';

const part = (head: string, content: Buffer | string) =>
  Buffer.concat([Buffer.from(`--b\r\n${head}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
const field = (parameters: string) => `Content-Disposition: form-data; ${parameters}`;
const form = (...parts: Buffer[]) => Buffer.concat([...parts, Buffer.from('--b--\r\n')]);
const bytes = Buffer.from([...Array.from({ length: 256 }, (_, byte) => byte), 13, 10, 13, 10, 45, 45]);

/** Forms with uploads, as the request object of the language gives them: handler `uploads` of the module `kinds`. */
export function uploadsContract(name: string, runtime: Runtime): void {
  const start = () => startRuntime(runtime, 'kinds.uploads', 'port');
  const send = async (to: RuntimeProcess, body: Buffer, type = 'multipart/form-data; boundary=b') =>
    call(await to.address(), { method: 'POST', headers: [['Content-Type', type]], body });
  const seen = async (answer: Promise<Answer>): Promise<unknown> => {
    const { status, body } = await answer;
    assert.equal(status, 200, body.toString());
    return JSON.parse(body.toString());
  };

  suite(`Runtime ${name}, uploads`, { concurrency: false }, () => {
    test('fields as text, files with name, type and bytes as they came', async () => {
      await using running = await start();
      const upload = `${field('name="file"; filename="../übel \\"x\\".bin"')}\r\ncontent-TYPE: image/x`;
      const both = form(part(field('name=greeting'), 'Holá\r\n'), part(upload, bytes));
      const file = ['übel "x".bin', 'image/x', bytes.toString('hex')];
      for (const type of ['multipart/form-data; boundary=b', 'Multipart/Form-Data; charset=x; Boundary="b"'])
        assert.deepEqual(await seen(send(running, both, type)), { greeting: 'Holá\r\n', file });
      const preamble = Buffer.concat([Buffer.from('to be ignored\r\n'), both, Buffer.from('and this')]);
      assert.deepEqual(await seen(send(running, preamble)), { greeting: 'Holá\r\n', file });
      const twice = form(part(field('name=greeting'), 'first'), part(field('name=greeting'), 'last'));
      assert.deepEqual(await seen(send(running, twice)), { greeting: 'last', file: null });
      assert.deepEqual(await seen(send(running, form())), { greeting: null, file: null });
      assert.deepEqual(await seen(send(running, both, 'text/plain')), { greeting: null, file: null });
    });

    test('a form that is none is the fault of the caller', async () => {
      await using running = await start();
      const whole = form(part(field('name=greeting'), 'x'));
      const refused: [string, Buffer, string?][] = [
        ['without a boundary', whole, 'multipart/form-data'],
        ['no closing boundary', Buffer.from('--other--\r\n')],
        ['no closing boundary', whole.subarray(0, -5)],
        ['no header', Buffer.from('--b\r\nno header\r\n--b--\r\n')],
        ['no name', form(part('Content-Disposition: form-data', 'x'))],
      ];
      for (const [why, body, type] of refused) {
        const answer = await send(running, body, type);
        assert.equal(answer.status, 400, why);
        assert.match(answer.body.toString(), new RegExp(why));
      }
    });

    test('any body gives an answer or a 400', async () => {
      await using running = await start();
      const pieces = fc.constantFrom(
        '--b',
        '--',
        '\r\n',
        ' ',
        ';',
        'name="',
        '"',
        '\\',
        '=',
        '\xff',
        field('name=file; filename=x'),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(pieces, { maxLength: 20 }), async (list) => {
          const { status } = await send(running, Buffer.from(list.join(''), 'latin1'));
          assert.ok([200, 400].includes(status), `${status}: ${running.output().stderr}`);
        }),
        { numRuns: 100 },
      );
    });
  });
}
