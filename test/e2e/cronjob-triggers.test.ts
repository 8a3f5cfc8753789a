import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, suite, test } from 'node:test';
import type { KubeClient } from '../../src/kube/client-types.ts';
import { jobs, pods, type Job, type Pod } from '../../src/kube/workload-resources.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { embeddedInstance, type EmbeddedInstance } from '../helpers/embedded-instance.ts';
import { eventually } from '../helpers/eventually.ts';
import { testClient } from '../helpers/test-client.ts';

/** Tells what it was called with, or fails as it is told. */
const source = `
def handler(event, context):
    data = event['data']
    if isinstance(data, dict) and data.get('fail'):
        raise Exception('the function says no')
    names = ['event-id', 'event-type', 'event-time', 'event-namespace']
    request = event['extensions']['request']
    told = {name: event[name] for name in names}
    return {**told, 'data': data, 'method': request.method, 'tenant': request.headers.get('X-Tenant')}
`;

suite('cronjob triggers in embedded mode', () => {
  let it: EmbeddedInstance;
  let client: KubeClient;
  before(async () => {
    it = await embeddedInstance();
    await it.up();
    client = await testClient(it.home.kubeconfig);
    await deploy('hello', source);
  });
  after(async () => {
    await client[Symbol.asyncDispose]();
    await it[Symbol.asyncDispose]();
  });

  const deploy = async (name: string, text: string, timeout = '30'): Promise<void> => {
    const spec = { runtime: 'python3.11', handler: 'hello.handler', function: text, timeout };
    await it.kubectl.send(kubeless('Function', name, spec), 'apply');
    await it.kubectl.run('wait', '--for=condition=Ready', `function/${name}`, '--timeout=240s');
  };
  const trigger = async (name: string, spec: object): Promise<void> => {
    const yearly = { schedule: '0 0 1 1 *', 'function-name': 'hello', ...spec };
    await it.kubectl.send(kubeless('CronJobTrigger', name, yearly), 'apply');
    await it.kubectl.run('wait', '--for=condition=Ready', `cronjobtrigger/${name}`, '--timeout=30s');
  };
  /** Runs it now, as a user would, and waits for the end. */
  const run = async (name: string): Promise<'Complete' | 'Failed'> => {
    await it.kubectl.run('create', 'job', `${name}-now`, `--from=cronjob/${name}`);
    return eventually(
      `the run of ${name} ends`,
      async () => {
        const { status } = await client.get(jobs, { namespace: 'default', name: `${name}-now` });
        const types = status?.conditions?.map(({ type }) => type) ?? [];
        return (['Complete', 'Failed'] as const).find((type) => types.includes(type));
      },
      60_000,
    );
  };
  /** By when they were due. */
  const runs = async (name: string): Promise<Job[]> => {
    const { items } = await client.list(jobs, { namespace: 'default' });
    const own = items.filter(({ metadata }) => new RegExp(`^${name}-\\d+$`).test(metadata.name ?? ''));
    return own.sort((a, b) => dueMs(a) - dueMs(b));
  };
  const podsOf = async (job: string): Promise<Pod[]> => {
    const { items } = await client.list(pods, { namespace: 'default', labelSelector: `job-name=${job}` });
    return items;
  };
  const answer = async (name: string): Promise<Record<string, unknown>> => {
    const log = await it.kubectl.run('logs', `job/${name}-now`);
    return JSON.parse(log.split('\n')[0] ?? '') as Record<string, unknown>;
  };
  const terminationMessage = (name: string): Promise<string> =>
    it.kubectl.run(
      'get',
      'pods',
      '-l',
      `job-name=${name}-now`,
      '-o',
      'jsonpath={.items[0].status.containerStatuses[0].state.terminated.message}',
    );

  test('a run calls the function with GET and the headers of Kubeless', async () => {
    await trigger('plain', {});
    assert.equal(await run('plain'), 'Complete');
    const called = await answer('plain');
    const uid = await it.kubectl.run(
      'get',
      'pods',
      '-l',
      'job-name=plain-now',
      '-o',
      'jsonpath={.items[0].metadata.uid}',
    );
    assert.equal(called['event-id'], uid);
    assert.equal(called['event-type'], 'application/json');
    assert.equal(called['event-namespace'], 'cronjobtrigger.kubeless.io');
    assert.match(String(called['event-time']), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/);
    assert.equal(called['method'], 'GET');
  });

  test('a payload is posted as it was written, small or large, and so are headers', async () => {
    const hostile = { text: `$(id) \`id\` '"; exit 1 #`, list: [1, null] };
    await trigger('small', { payload: hostile, headers: [{ name: 'X-Tenant', value: "$(HOME)'; id" }] });
    assert.equal(await run('small'), 'Complete');
    const { data, method, tenant } = await answer('small');
    assert.deepEqual([data, method, tenant], [hostile, 'POST', "$(HOME)'; id"]);
    const large = { text: 'x'.repeat(200_000) };
    await trigger('large', { payload: large });
    assert.equal(await run('large'), 'Complete');
    const log = await it.kubectl.run('logs', 'job/large-now');
    assert.match(log, /hello\.default\.svc\.cluster\.local answered 200/);
  });

  test('a function that fails fails the run, and the reason is where Kubernetes has it', async () => {
    await trigger('failing', { payload: { fail: true } });
    assert.equal(await run('failing'), 'Failed');
    assert.match(await terminationMessage('failing'), /hello\.default\.svc\.cluster\.local answered 500/);
  });

  test('runs that take long keep nobody from deploying, and no other run from its call', async () => {
    await deploy('slow', 'import time\ndef handler(event, context):\n    time.sleep(300)\n', '600');
    const many = Array.from({ length: availableParallelism() + 2 }, (_, at) => `slow-${at}`);
    for (const name of many) {
      await trigger(name, { 'function-name': 'slow' });
      await it.kubectl.run('create', 'job', `${name}-now`, `--from=cronjob/${name}`);
    }
    const active = async (): Promise<number> => {
      const { items } = await client.list(pods, { namespace: 'default' });
      const isSlow = ({ metadata, status }: (typeof items)[number]) =>
        metadata.name?.startsWith('slow-') === true && status?.phase === 'Running';
      return items.filter(isSlow).length;
    };
    await eventually('all of them wait for their answers', async () => (await active()) === many.length);
    await deploy('meanwhile', source);
    await trigger('meanwhile', { 'function-name': 'meanwhile' });
    assert.equal(await run('meanwhile'), 'Complete');
    assert.equal(await active(), many.length);
    await it.kubectl.run('delete', 'cronjobtrigger', ...many);
  });

  test('a run every minute is begun once though what begins it is killed, and the trigger tells', async () => {
    await trigger('minutely', { schedule: '* * * * *', payload: {} });
    process.kill(it.pid('embedded-agent'), 'SIGKILL');
    const done = await eventually(
      'a run was begun and went well',
      async () => {
        const begun = await runs('minutely');
        return begun.some((job) => isEnded(job, 'Complete')) ? begun : undefined;
      },
      150_000,
    );
    const [first] = done;
    assert.ok(first !== undefined);
    const due = new Date(dueMs(first)).toISOString().replace('.000', '');
    await eventually('the trigger tells', async () => {
      const path = 'jsonpath={.status.lastScheduleTime} {.status.lastSuccessfulTime}';
      const [scheduled = '', succeeded = ''] = (
        await it.kubectl.run('get', 'cronjobtrigger', 'minutely', '-o', path)
      ).split(' ');
      return scheduled >= due && succeeded >= due;
    });
    await it.kubectl.run('delete', 'cronjobtrigger', 'minutely');
    await eventually('nothing is left of it', async () => (await runs('minutely')).length === 0, 60_000);
  });

  test('down and up over a due time: the run that was missed is made up for once, one in flight is not begun again', async () => {
    await trigger('cut', { 'function-name': 'slow' });
    await it.kubectl.run('create', 'job', 'cut-now', '--from=cronjob/cut');
    await eventually('it runs', async () => (await podsOf('cut-now'))[0]?.status?.phase === 'Running');
    await trigger('missed', { schedule: '* * * * *', payload: {} });
    const downMs = Date.now();
    await it.down();
    await systemClock.sleep((Math.floor(Date.now() / minuteMs) + 1) * minuteMs + 1000 - Date.now());
    await it.up();
    const [first] = await eventually('the missed run went well', async () => {
      const made = (await runs('missed')).filter((job) => dueMs(job) > downMs);
      return made.some((job) => isEnded(job, 'Complete')) ? made : undefined;
    });
    assert.ok(first !== undefined);
    const begunMs = Date.parse(first.metadata.creationTimestamp ?? '');
    const due = (await runs('missed')).filter((job) => dueMs(job) > downMs && dueMs(job) <= begunMs);
    assert.deepEqual(
      due.map(({ metadata }) => metadata.uid),
      [first.metadata.uid],
    );
    assert.equal((await podsOf(first.metadata.name ?? '')).length, 1);
    await eventually('what ran then has failed', async () => {
      return isEnded(await client.get(jobs, { namespace: 'default', name: 'cut-now' }), 'Failed');
    });
    const told = (await podsOf('cut-now')).map(({ status }) => status?.message);
    assert.deepEqual(told, ['The agent of this machine ended while the pod ran.']);
  });
});

const minuteMs = 60_000;
/** Jobs of CronJobs are named by the minute. */
const dueMs = ({ metadata }: Job): number => Number(metadata.name?.split('-').at(-1)) * minuteMs;

const isEnded = ({ status }: Job, how: 'Complete' | 'Failed'): boolean =>
  status?.conditions?.some(({ type }) => type === how) === true;

function kubeless(kind: string, name: string, spec: object): object {
  return { apiVersion: 'kubeless.io/v1beta1', kind, metadata: { name }, spec };
}
