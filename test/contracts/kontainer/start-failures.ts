import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '../../../src/lib/errors.ts';
import type { Template } from '../../../src/kontainer/kontainer.ts';
import { begin, call, readToEnd, within } from '../../helpers/kontainer-call.ts';
import type { SpecChange } from '../../helpers/probe-spec.ts';
import type { CurrentDriver } from './current-driver.ts';

/** Why a function cannot start, and what its author must be told. */
const broken: Record<string, { change: SpecChange; says: RegExp }> = {
  'a missing program': { change: { args: ['/bin/nothing'] }, says: /\/bin\/nothing.*no such file/i },
  'a file that is not executable': {
    change: { args: ['/bin/not-executable'] },
    says: /not-executable.*permission denied/i,
  },
  'a program of root, called by somebody else': {
    change: { args: ['/bin/secret'] },
    says: /secret.*permission denied/i,
  },
  'a working folder that is a file': {
    change: { workingDir: '/bin/not-executable' },
    says: /not-executable.*not a directory/i,
  },
  'a program for another machine': {
    change: { args: ['/bin/other-machine'] },
    says: /other-machine.*(exec format|machine)/i,
  },
  'a script without its interpreter': {
    change: { args: ['/bin/no-interpreter'] },
    says: /(no-interpreter|nowhere).*no such file/i,
  },
};

/** A template itself is root inside. */
const forUsersOnly = new Set(['a program of root, called by somebody else']);

/** The error of the start, or what the call itself printed when it could be started only to fail at once. */
async function failureOf(template: Template): Promise<string> {
  try {
    const { kontainer, log } = await begin(template, 'host');
    const stream = kontainer.connect();
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await readToEnd(stream.end());
    const exit = await within(kontainer.exited, 'its end');
    assert.equal(bytes, 0);
    assert.notEqual(exit.code, 0);
    return Buffer.concat(log).toString('utf8');
  } catch (error) {
    assert.ok(error instanceof PlatformError, String(error));
    assert.equal(error.code, 'start_failed');
    return error.message;
  }
}

export function startFailuresContract(current: CurrentDriver): void {
  const hidesPaths = (message: string) => {
    for (const path of [current().options.run, current().options.layers])
      assert.ok(!message.includes(path), message);
  };

  for (const [what, { change, says }] of Object.entries(broken)) {
    test(`${what}: the reason is told, now and again`, async () => {
      for (const protocol of ['cgi', 'kontain-files'] as const) {
        await using template = current().function({ ...change, protocol });
        const message = await failureOf(template);
        assert.match(message, says);
        hidesPaths(message);
      }
      await using bare = current().function({ ...change, protocol: 'http-stream' });
      for (let turn = 0; turn < 2 && !forUsersOnly.has(what); turn++) {
        const message = await failureOf(bare);
        assert.match(message, /no such file|permission denied|exec format|not a directory|invalid/i);
        hidesPaths(message);
      }
    });
  }

  test('a function that crashes while it is loaded: its last words are told', async () => {
    await using template = current().function({ protocol: 'http-stream', args: ['/bin/probe', 'crash'] });
    assert.match(await failureOf(template), /cannot import name 'handler'/);
  });

  test('a missing layer is told, without its place', async () => {
    await using template = current().function({ layers: [`sha256:${'ab'.repeat(32)}`] });
    await assert.rejects(begin(template, 'host'), (error) => {
      assert.ok(error instanceof PlatformError);
      assert.equal(error.code, 'start_failed');
      assert.match(error.message, /file system could not be mounted: no such file/);
      hidesPaths(error.message);
      return true;
    });
  });

  test('a server that never listens: the caller’s own time ends the wait, and nothing is left', async (t) => {
    if (current().start === 'template') return t.skip('a server of its own is no template');
    await using template = current().function({ protocol: 'http', args: ['/bin/probe', 'deaf'] });
    const signal = AbortSignal.timeout(300);
    await assert.rejects(begin(template, 'host', { signal }), { name: 'TimeoutError' });
  });

  test('a template that never reports: the caller’s own time ends the wait', async (t) => {
    if (current().start !== 'template') return t.skip('no template');
    await using template = current().function({ protocol: 'http-stream', args: ['/bin/probe', 'deaf'] });
    const signal = AbortSignal.timeout(300);
    await assert.rejects(begin(template, 'host', { signal }), { name: 'TimeoutError' });
  });

  test('a function that fails does not spoil another', async () => {
    await using bad = current().function({ args: ['/bin/nothing'] });
    await using good = current().function();
    const [, fine] = await Promise.all([failureOf(bad), call(good, 'echo', { body: 'fine' })]);
    assert.equal(fine.text, 'fine');
  });
}
