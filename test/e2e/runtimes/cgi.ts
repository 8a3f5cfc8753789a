import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { buildMachine, type BuildMachine } from '../../helpers/build-machine.ts';
import { compileSource } from '../../helpers/compile-source.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';
import { repository } from '../../helpers/program.ts';

const script = readFileSync(join(repository, 'test/fixtures/functions/cgi/kinds.sh'));

/** Programs of this machine, which is a Debian too, made for the test. */
function compileC(machine: BuildMachine, ...flags: string[]): Buffer {
  const target = join(machine.root, 'program');
  execFileSync('gcc', [...flags, '-o', target, join(repository, 'samples/hello-c/hello.c')]);
  return readFileSync(target);
}

export function cgiFunctions(current: CurrentPlatform): void {
  suite('any executable is a function', () => {
    let machine: BuildMachine;
    let platform: Platform;
    const compile = (handler: string, files: Record<string, string | Buffer>) =>
      compileSource(machine, { runtime: 'cgi', handler, files });
    const image = async (handler: string, files: Record<string, string | Buffer>): Promise<string> => {
      const { exitCode, log, folder } = await compile(handler, files);
      assert.equal(exitCode, 0, log);
      return platform.images.compiledFunction('cgi', folder, handler);
    };

    before(async () => {
      machine = await buildMachine();
      platform = current();
      await platform.deploy({
        script: {
          image: await image('kinds.run', { kinds: script }),
          env: [{ name: 'HANDLED', value: 'env' }],
        },
        archive: { image: await image('kinds.sh', { 'kinds.sh': script, kinds: '', 'data.txt': 'x' }) },
        fixed: { image: await image('hello.run', { hello: compileC(machine, '-static') }) },
        linked: { image: await image('hello.run', { hello: compileC(machine) }) },
        endless: { image: await image('a.b', { a: '#!/bin/sh\nexec sleep 60\n' }), timeout: '1s' },
      });
    });
    after(() => machine[Symbol.dispose]());

    test('a script sees the request, and answers with status and headers', async () => {
      const options = { method: 'PUT', headers: { 'X-One': '1', 'Content-Type': 'a/b' }, body: 'x' };
      const answer = await fetch(platform.url('script/describe?a=b'), options);
      assert.equal(answer.status, 201);
      assert.equal(answer.headers.get('x-made'), 'yes');
      assert.equal(await answer.text(), 'PUT /describe a=b 1 a/b 1000 /kubeless env\n');
    });

    test('a program of an archive is named by the handler, with its ending', async () => {
      assert.equal((await fetch(platform.url('archive/describe'))).status, 201);
    });

    test('programs that are linked statically, and to the libraries of the image', async () => {
      for (const name of ['fixed', 'linked'])
        assert.equal(await (await fetch(platform.url(name))).text(), 'hello world\n');
    });

    test('large binary bodies come through both ways unchanged', async () => {
      const body = randomBytes(8 * 1024 * 1024);
      const answer = await fetch(platform.url('script/echo'), { method: 'POST', body });
      assert.ok(Buffer.from(await answer.arrayBuffer()).equals(body));
    });

    test('the answer is streamed while the request is', async () => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      const options = { method: 'POST', body: readable, duplex: 'half' } as const;
      const answering = fetch(platform.url('script/stream'), options);
      await writer.write(Buffer.from('first '));
      const reader = (await answering).body?.pipeThrough(new TextDecoderStream()).getReader();
      assert.equal((await reader?.read())?.value, 'begun\n');
      await writer.write(Buffer.from('second\n'));
      await writer.close();
      assert.equal((await reader?.read())?.value, 'first second\n');
    });

    test('the programs of the image are there', async () => {
      assert.equal(await (await fetch(platform.url('script/tools'))).text(), 'c\nperl\n5\n');
    });

    test('an exit code is a failure, and what was printed is in the log', async () => {
      const answer = await fetch(platform.url('script/fails'));
      assert.equal(answer.status, 502);
      const lines = await platform.logs('script', answer.headers.get('x-request-id') ?? '');
      assert.match(JSON.stringify(lines), /wanted: fails/);
    });

    test('a program that takes too long is ended', async () => {
      assert.equal((await fetch(platform.url('endless'))).status, 408);
    });

    test('what cannot be run fails the build, and says why', async () => {
      const arm = compileC(machine, '-static');
      arm.writeUInt16LE(183, 18); // EM_AARCH64
      const musl = compileC(machine, '-Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1');
      const cases: [string, Record<string, string | Buffer>, RegExp][] = [
        ['a.b', { c: script }, /The source has no file a and no a\.b; .* It has: c/],
        ['a.b', { a: 'echo hi' }, /a is neither a program for Linux nor a script that begins with #!/],
        ['a.b', { a: '' }, /a is neither a program/],
        ['a.b', { a: '#!/bin/sh\r\necho\r\n' }, /line ends of Windows/],
        ['a.b', { a: '#!/usr/bin/fish\n' }, /begins with #!\/usr\/bin\/fish, which this image does not have/],
        [
          'a.b',
          { a: '#!/usr/bin/env -S A=1 python3\n' },
          /is run by python3, which this image does not have/,
        ],
        ['a.b', { a: '#!  \n' }, /names no interpreter/],
        ['a.b', { a: arm }, /another kind of machine than x86_64/],
        ['a.b', { a: musl }, /needs \/lib\/ld-musl-x86_64\.so\.1, which this image does not have/],
        ['a.b', { a: compileC(machine, '-Wl,--no-as-needed', '-lseccomp') }, /libseccomp\S+ - link it/],
      ];
      for (const [handler, files, message] of cases) {
        const { exitCode, log } = await compile(handler, files);
        assert.equal(exitCode, 2, log);
        assert.match(log, message);
      }
    });
  });
}
