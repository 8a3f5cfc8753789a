import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { conventionOf, type Runtime } from './runtime-process.ts';

/** `--check`: what would keep a function from being loaded, in the last line and before it is served. */
export function checkingContract(name: string, runtime: Runtime): void {
  const { module, broken, exits, needs } = conventionOf(runtime);

  function check(functions: string, handler: string) {
    const [MOD_NAME = '', FUNC_HANDLER = ''] = handler.split('.');
    const target = { KUBELESS_INSTALL_VOLUME: functions, MOD_NAME, FUNC_HANDLER };
    const env = { PATH: process.env['PATH'] ?? '', ...runtime.env, ...target };
    const [program = '', ...args] = runtime.command;
    const { status, stdout, stderr } = spawnSync(program, [...args, '--check'], {
      env,
      encoding: 'utf8',
    });
    return { status, output: `${stdout}${stderr}`, verdict: stderr.trimEnd().split('\n').at(-1) };
  }

  /** Exit code 2 is that only the author can help. */
  function assertRefused({ status, output, verdict = '' }: ReturnType<typeof check>, message: RegExp): void {
    assert.equal(status, 2, output);
    assert.match(verdict, message);
  }

  function checkSource(source: string) {
    const functions = mkdtempSync(join(tmpdir(), 'runtime-'));
    try {
      writeFileSync(join(functions, `mine${runtime.suffix}`), source);
      return check(functions, 'mine.handler');
    } finally {
      rmSync(functions, { recursive: true });
    }
  }

  suite(`Runtime ${name}, check`, () => {
    test('a function that can be loaded: nothing is said', () =>
      assert.deepEqual(check(runtime.functions, `${module}.hello`), {
        status: 0,
        output: '',
        verdict: '',
      }));

    test('a module that is not there: which there are', () =>
      assertRefused(check(runtime.functions, 'missing.handler'), /no module 'missing'.* has: .*kinds/));

    test('a function that is not there: which there are', () =>
      assertRefused(check(runtime.functions, `${module}.missing`), /no function 'missing'.*: .*hello/));

    test('a file that does not parse: file, line and what is wrong', () => {
      const refused = checkSource(broken.source);
      assertRefused(refused, new RegExp(`^mine\\${runtime.suffix}, line 1: `));
      assertRefused(refused, broken.message);
    });

    test('something that it needs and is not there: what, where, and the file that brings it', () =>
      assertRefused(
        checkSource(needs.source),
        new RegExp(`^mine\\${runtime.suffix}, line 2: .*nothing_like_it.*${needs.dependencyFile}`),
      ));

    test('a file that ends the process is not taken for one that is loaded', () =>
      assertRefused(checkSource(exits), /ends the process while it is .*in the handler/));
  });
}
