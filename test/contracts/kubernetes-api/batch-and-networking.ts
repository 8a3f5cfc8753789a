import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { harness, type StartTarget } from './harness.ts';

const invalid = { code: 422, reason: 'Invalid' };
const merge = 'application/merge-patch+json';

const podTemplate = (more: object = {}) => ({
  spec: { restartPolicy: 'Never', containers: [{ name: 'build', image: 'example.com/a:1' }], ...more },
});
/** Suspended: the real controller must not make pods of it. */
const job = (name: string, template: object = podTemplate()) => ({
  metadata: { name },
  spec: { suspend: true, template },
});

const goodSchedules = [
  '0,30 8-18/5 1,15 JAN-mar mon',
  '5/10 ? * * *',
  '@hourly',
  '@every 1.5h',
  '@every 1ms',
];
/** The words are upstream's. */
const badSchedules: Readonly<Record<string, RegExp>> = {
  '60 * * * *': /end of range \(60\) above maximum \(59\)/,
  '* * 0 * *': /beginning of range \(0\) below minimum \(1\)/,
  '30-10 * * * *': /beginning of range \(30\) beyond end of range \(10\)/,
  '*/0 * * * *': /step of range should be a positive number/,
  '1/2/3 * * * *': /too many slashes/,
  '1-2-3 * * * *': /too many hyphens/,
  '* * * * 7': /above maximum \(6\)/,
  '* * * * someday': /spec\.schedule/,
  '@reboot': /unrecognized descriptor/,
  '@every soon': /failed to parse duration/,
};

/** What this project relies on in Jobs, CronJobs, Pods and Ingresses. */
export function batchAndNetworkingContract(start: StartTarget): void {
  suite('batch and networking', () => {
    const api = harness(start);
    const batch = (plural: string) => `/apis/batch/v1/namespaces/${api.namespace}/${plural}`;
    const ingresses = () => `/apis/networking.k8s.io/v1/namespaces/${api.namespace}/ingresses`;

    test('Job: defaults, and labels by which its pods are found', async () => {
      const made = await api.ok('POST', batch('jobs'), job('defaults'));
      const { backoffLimit, completions, parallelism, completionMode, selector, template } = made.spec;
      assert.deepEqual([backoffLimit, completions, parallelism, completionMode], [6, 1, 1, 'NonIndexed']);
      const { uid } = made.metadata;
      assert.deepEqual(selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } });
      assert.equal(template.metadata.labels['job-name'], 'defaults');
      assert.equal(template.metadata.labels['batch.kubernetes.io/controller-uid'], uid);
      assert.equal(template.spec.containers[0].imagePullPolicy, 'IfNotPresent');
      assert.equal(template.spec.dnsPolicy, 'ClusterFirst');
      assert.equal(made.metadata.generation, 1);
    });

    test('Job: status is its own resource, the template stays', async () => {
      await api.ok('POST', batch('jobs'), job('frozen'));
      const status = { status: { active: 1, startTime: '2026-01-01T00:00:00Z' } };
      const written = await api.ok('PATCH', `${batch('jobs')}/frozen/status`, status, merge);
      assert.equal(written.status.active, 1);
      const labels = await api.ok(
        'PATCH',
        `${batch('jobs')}/frozen`,
        { metadata: { labels: { a: 'b' } } },
        merge,
      );
      assert.equal(labels.metadata.generation, 1);
      await api.refused(
        { ...invalid, message: /spec\.template: Invalid value: .*field is immutable/s },
        'PATCH',
        `${batch('jobs')}/frozen`,
        { body: { spec: { template: { spec: { restartPolicy: 'OnFailure' } } } }, type: merge },
      );
    });

    const badJobs: [what: string, body: object, message: RegExp][] = [
      ['no template', { metadata: { name: 'bad' }, spec: {} }, /spec\.template/],
      [
        'no containers',
        job('bad', podTemplate({ containers: [] })),
        /spec\.template\.spec\.containers: Required/,
      ],
      [
        'a container without an image',
        job('bad', podTemplate({ containers: [{ name: 'a' }] })),
        /containers\[0\]\.image: Required value/,
      ],
      [
        'two containers of one name',
        job(
          'bad',
          podTemplate({
            containers: [
              { name: 'a', image: 'a' },
              { name: 'a', image: 'b' },
            ],
          }),
        ),
        /containers\[1\]\.name: Duplicate value: "a"/,
      ],
      [
        'pods that never end',
        job('bad', podTemplate({ restartPolicy: 'Always' })),
        /restartPolicy: Required value: valid values: "OnFailure", "Never"/,
      ],
      ['a name too long for a label', job('b'.repeat(64)), /must be no more than 63 (characters|bytes)/],
    ];
    for (const [what, body, message] of badJobs)
      test(`Job: refuses ${what}`, async () => {
        await api.refused({ ...invalid, message }, 'POST', batch('jobs'), { body });
      });

    test('CronJob: defaults and refusals', async () => {
      const jobTemplate = { spec: { template: podTemplate() } };
      const spec = { schedule: '*/5 * * * *', suspend: true, jobTemplate, timeZone: 'Europe/Berlin' };
      const made = await api.ok('POST', batch('cronjobs'), { metadata: { name: 'a' }, spec });
      const { concurrencyPolicy, successfulJobsHistoryLimit, failedJobsHistoryLimit } = made.spec;
      assert.deepEqual(
        [concurrencyPolicy, successfulJobsHistoryLimit, failedJobsHistoryLimit],
        ['Allow', 3, 1],
      );
      const refuse = (change: object, message: RegExp, name = 'b') =>
        api.refused({ ...invalid, message }, 'POST', batch('cronjobs'), {
          body: { metadata: { name }, spec: { ...spec, ...change } },
        });
      await refuse({ schedule: '* * *' }, /spec\.schedule: Invalid value/);
      await refuse({ schedule: 'TZ=UTC * * * * *' }, /spec\.schedule/);
      for (const timeZone of ['europe/berlin', '+02:00', 'utc', 'Local'])
        await refuse({ timeZone }, /spec\.timeZone: Invalid value/);
      await refuse({ timeZone: 'Europe/Nowhere' }, /spec\.timeZone: Invalid value: "Europe\/Nowhere"/);
      await refuse({ concurrencyPolicy: 'Maybe' }, /spec\.concurrencyPolicy/);
      await refuse({}, /must be no more than 52 (characters|bytes)/, 'b'.repeat(53));
    });

    test('CronJob: which schedules there are', async () => {
      const jobTemplate = { spec: { template: podTemplate() } };
      const cronJob = (name: string, schedule: string) => ({
        body: { metadata: { name }, spec: { schedule, suspend: true, jobTemplate } },
      });
      for (const [index, schedule] of goodSchedules.entries())
        await api.ok('POST', batch('cronjobs'), cronJob(`good-${index}`, schedule).body);
      for (const [schedule, message] of Object.entries(badSchedules))
        await api.refused({ ...invalid, message }, 'POST', batch('cronjobs'), cronJob('bad', schedule));
    });

    test('Pod: status by its own resource', async () => {
      await api.ok('POST', `${api.core}/pods`, {
        metadata: { name: 'p', labels: { a: 'b' } },
        ...podTemplate(),
      });
      const state = { terminated: { exitCode: 2, message: 'no such module' } };
      const containerStatuses = [
        { name: 'build', image: '', imageID: '', ready: false, restartCount: 0, state },
      ];
      const status = { phase: 'Failed', containerStatuses };
      const written = await api.ok('PATCH', `${api.core}/pods/p/status`, { status }, merge);
      assert.equal(written.status.phase, 'Failed');
      assert.equal(written.status.containerStatuses[0].state.terminated.message, 'no such module');
      const found = await api.ok('GET', `${api.core}/pods?labelSelector=a%3Db`);
      assert.equal(found.items.length, 1);
    });

    test('Ingress: hosts, paths and refusals', async () => {
      const backend = { service: { name: 'hello', port: { number: 8080 } } };
      const rules = (path: object) => [{ host: 'a.example.com', http: { paths: [path] } }];
      const body = (name: string, spec: object) => ({ metadata: { name }, spec });
      const good = { path: '/', pathType: 'Prefix', backend };
      const made = await api.ok('POST', ingresses(), body('good', { rules: rules(good) }));
      assert.deepEqual(made.status, { loadBalancer: {} });
      const refuse = (spec: object, message: RegExp) =>
        api.refused({ ...invalid, message }, 'POST', ingresses(), { body: body('bad', spec) });
      await refuse({}, /either `defaultBackend` or `rules` must be specified/);
      await refuse({ rules: rules({ path: '/', backend }) }, /pathType: Required value/);
      await refuse({ rules: rules({ ...good, path: 'api' }) }, /must be an absolute path/);
      await refuse({ rules: rules({ ...good, backend: { service: { name: 'a' } } }) }, /port/);
      await refuse({ rules: [{ host: '127.0.0.1' }] }, /host: Invalid value: .*not an IP address/);
      await refuse({ rules: [{ host: 'A_B' }] }, /spec\.rules\[0\]\.host: Invalid value/);
    });
  });
}
