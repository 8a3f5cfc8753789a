import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { functionResource } from '../../../src/api/function.ts';
import { cgroupPath } from '../../../src/embedded/supervisor/node-folders.ts';
import { configMaps } from '../../../src/kube/builtin-resources.ts';
import { jobs } from '../../../src/kube/workload-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { greetWheel } from '../../helpers/python-wheel.ts';
import { serve } from '../../helpers/serve.ts';
import type { SourceDeploys } from '../../helpers/source-deploys.ts';

const wheel = greetWheel();
const source = 'import greet\n\ndef handler(event, context):\n    return greet.greet()\n';
const configuration = { namespace: 'kubeless', name: 'kubeless-config' };

/** A server of packages that lets installations hang until it is told to answer. */
async function slowPackages(port: number) {
  const released = Promise.withResolvers<void>();
  const answer = (url = '') => (url === `/${wheel.name}` ? wheel.content : undefined);
  const server = await serve(({ url }) => released.promise.then(() => answer(url)), {}, port);
  return { ...server, release: () => released.resolve() };
}

export function buildLimits(current: () => SourceDeploys): void {
  suite('builds that take long, and many of them, in embedded mode', () => {
    /** Processes in the sandboxes of builds. */
    function inBuilds(): string[] {
      const cgroup = `${cgroupPath(current().instance.home)}-agent`;
      const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
      return pids.filter((pid) => cgroupOf(pid).includes(cgroup));
    }

    /** Those of other topics that failed are built again, now and then: they would take places, and run processes. */
    before(async () => {
      const { client } = current();
      await client.deleteCollection(functionResource, { namespace: 'default' });
      await eventually('the functions of other topics are gone', async () => {
        const lists = await Promise.all([client.list(functionResource), client.list(jobs)]);
        return lists.every(({ items }) => items.length === 0);
      });
    });

    // Also where a test has failed: what comes after it would build one by one.
    after(() =>
      current().client.mergePatch(configMaps, configuration, { data: { 'build-concurrency': null } }),
    );

    async function deploy(name: string, url: string, ...more: string[]) {
      const it = current();
      const from = await it.file(`${name}.py`, source);
      // Each has others, or one would take over what another has installed.
      const requirements = await it.file(`${name}.txt`, `# ${name}\ngreet @ ${url}/${wheel.name}\n`);
      const flags = ['--runtime', 'python3.11', '--handler', `${name}.handler`, '--from-file', from];
      const verb = (await it.get(name).catch(() => undefined)) === undefined ? 'deploy' : 'update';
      return it.kubeless('function', verb, name, ...flags, '--dependencies', requirements, ...more);
    }

    test('a build that hangs is ended by its time, told, leaves no process, and gets more time when it is given', async () => {
      const it = current();
      assert.equal((await it.answer('hung', 'before')).exit, 0);
      await using server = await slowPackages(it.sourcePort);
      const waiting = deploy('hung', server.url, '--build-timeout', '10s', '--wait');
      await eventually('the installation runs', () => inBuilds().length > 0, 60_000);
      const { exit, stderr } = await waiting;
      assert.equal(exit, 9, stderr);
      assert.match(
        stderr,
        /error: BuildTimeout: The build took too long\. Give it more time .*--build-timeout/,
      );
      await eventually('no process of it is left', () => inBuilds().length === 0);
      await eventually('an event says so', async () =>
        (await it.events('hung')).some((event) => /^BuildTimeout: .*--build-timeout/.test(event)),
      );
      assert.deepEqual(await it.call('hung'), { status: 200, body: 'before' });
      server.release();
      const ref = { namespace: 'default', name: 'hung' };
      await it.client.mergePatch(functionResource, ref, { spec: { build: { timeout: '100s' } } });
      await it.until('hung', 'Ready');
      await eventually('it is served', async () => (await it.call('hung')).body === 'from the wheel');
      assert.equal(await it.made.jobs('hung'), 3, 'the first, the one that hung, and the one with more time');
      await it.nothingBuilds('hung');
    });

    test('more builds than may run at once wait for their turn, and all end well', async () => {
      const it = current();
      await it.client.mergePatch(configMaps, configuration, { data: { 'build-concurrency': '1' } });
      await using server = await slowPackages(it.sourcePort);
      await deploy('first', server.url);
      await it.until('first', 'Building');
      for (const name of ['second', 'third']) await deploy(name, server.url);
      const messages = [];
      for (const name of ['second', 'third']) {
        const { status } = await it.until(name, 'Queued');
        messages.push(status?.conditions?.find(({ type }) => type === 'Ready')?.message);
      }
      assert.match(
        messages.join(),
        /^The build waits for its turn: it is the next one\.,.* 1 more before it\.$/,
      );
      const labelSelector = 'kubeless.io/build,function in (first,second,third)';
      const list = await it.client.list(jobs, { namespace: 'default', labelSelector });
      assert.deepEqual(
        list.items.map(({ metadata }) => metadata.labels?.['function']),
        ['first'],
      );
      server.release();
      for (const name of ['first', 'second', 'third']) {
        await it.until(name, 'Ready');
        assert.deepEqual(await it.call(name), { status: 200, body: 'from the wheel' });
        await it.nothingBuilds(name);
      }
    });
  });
}

function cgroupOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}
