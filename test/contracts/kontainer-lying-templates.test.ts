import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { PlatformError } from '../../src/lib/errors.ts';
import type { Template } from '../../src/kontainer/kontainer.ts';
import { begin, call, eventually, readToEnd, within } from '../helpers/kontainer-call.ts';
import { startTestDriver, type TestDriver } from '../helpers/kontainer-driver.ts';
import { cgroupsOf, processesBelow } from '../helpers/processes.ts';

/** The arguments of test/fixtures/kontainer/liar.c. */
const lies = [
  'sends garbage',
  'sends too little',
  'sends too much',
  'is up for ever',
  'forks by itself',
  'does not listen',
  'does not fork',
  'exits at the fork',
  'closes its control socket',
  'reports ends of others',
  'reports an end for ever',
  'fails for ever',
  'fails with a made-up error',
  'is ready before it is born',
  'is born as the template',
  'does not report an end',
];

/** The honest ones must start within it too, on a busy machine. */
const startTimeoutMs = 1500;

suite('Templates that lie harm their own function only', () => {
  let driver: TestDriver;
  let honest: Template;
  before(async () => {
    driver = await startTestDriver({ runtime: '/usr/bin/crun', start: 'template', startTimeoutMs });
    honest = driver.function({ limits: { pids: 16 } });
  });
  after(async () => {
    await honest?.[Symbol.asyncDispose]();
    await driver?.[Symbol.asyncDispose]();
  });

  const launcher = () => processesBelow(process.pid).find(({ comm }) => comm === 'kontainer-launc')?.pid;
  const liars = () => processesBelow(process.pid).filter(({ comm }) => comm === 'liar');

  for (const lie of lies) {
    test(`one that ${lie}`, async () => {
      const before = launcher();
      const { kontainer } = await begin(honest, 'wait');
      const liar = driver.function({ protocol: 'http-stream', args: ['/bin/liar', lie], name: 'liar' });
      await Promise.all([
        endsSomehow(liar),
        call(honest, 'echo', { body: 'honest' }).then(({ text }) => assert.equal(text, 'honest')),
      ]);
      await within(Promise.resolve(liar[Symbol.asyncDispose]()), 'the end of the liar');
      assert.deepEqual(liars(), []);
      assert.equal(launcher(), before, 'the launcher lives on');
      kontainer.kill('done');
      assert.equal((await within(kontainer.exited, 'the end of an honest call')).killed, 'done');
      await eventually(() => {
        const folders = cgroupsOf(driver.options.cgroup).filter((path) => /\/k\d+$/.test(path));
        assert.ok(new Set(folders.map((path) => path.split('/').at(-1))).size <= 1, folders.join(' '));
      }, 'its cgroups to go');
    });
  }
});

/** The call fails with a reason, or is answered by whatever the liar put there; in any case it is over. */
async function endsSomehow(liar: Template): Promise<void> {
  try {
    const { kontainer } = await begin(liar, 'host');
    const stream = kontainer.connect();
    stream.end();
    void kontainer.exited.then(() => stream.destroy());
    setTimeout(() => kontainer.kill('timeout'), startTimeoutMs);
    await readToEnd(stream);
    await within(kontainer.exited, 'the end of a liar’s Kontainer');
  } catch (error) {
    assert.ok(error instanceof PlatformError, String(error));
    assert.equal(error.code, 'start_failed');
    assert.match(error.message, /^The function did not start: [\x20-\x7e’…]+$/);
  }
}
