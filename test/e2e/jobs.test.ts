import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { jobs, pods, statusesOf, type Job, type Pod } from '../../src/embedded/agent/kinds.ts';
import { podLogFolder } from '../../src/embedded/agent/pod-logs.ts';
import { configMaps, secrets } from '../../src/kube/builtin-resources.ts';
import { eventually } from '../helpers/eventually.ts';
import { JobWorld, sh } from '../helpers/job-world.ts';

const namespace = 'default';

/** A Job that went well, and its pod. */
function checkOwner({ metadata, status }: Job, pod: Pod): void {
  const [owner] = pod.metadata.ownerReferences ?? [];
  assert.deepEqual([owner?.kind, owner?.uid, owner?.controller], ['Job', metadata.uid, true]);
  assert.equal(pod.metadata.labels?.['batch.kubernetes.io/controller-uid'], metadata.uid);
  assert.deepEqual([status?.succeeded, status?.active], [1, 0]);
  assert.ok(status?.startTime !== undefined && status.completionTime !== undefined);
}

suite('Jobs on the embedded agent', () => {
  let world: JobWorld;
  before(async () => {
    world = await JobWorld.open();
    await world.startAgent();
  });
  after(() => world[Symbol.asyncDispose]());

  test('init containers run in order, then the others together; all share volumes', async () => {
    await world.create('ordered', {
      init: [
        sh('echo one > /data/log', { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
        sh('echo two >> /data/log', { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
      ],
      containers: [
        sh('until [ -e /data/b ]; do :; done; cat /data/log', {
          name: 'a',
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        }),
        sh('touch /data/b; echo err >&2', {
          name: 'b',
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        }),
      ],
      pod: { volumes: [{ name: 'data', emptyDir: {} }] },
    });
    assert.equal(await world.ended('ordered', 'Complete'), 'CompletionsReached');
    const pod = await world.pod('ordered');
    assert.equal(world.log(pod, 'a'), 'one\ntwo\n');
    assert.equal(world.log(pod, 'b'), 'err\n');
    assert.equal(pod.status?.phase, 'Succeeded');
    assert.deepEqual(
      statusesOf(pod).map(({ state }) => state.terminated?.reason),
      ['Completed', 'Completed', 'Completed', 'Completed'],
    );
    checkOwner(await world.get('ordered'), pod);
    await eventually('the events are written', async () =>
      (await world.events('ordered')).some((event) => event.startsWith('Completed')),
    );
    await eventually('nothing is left of it', () => world.leftovers().length === 0);
  });

  test('variables, files and the user are what the pod says', async () => {
    const data = { color: 'blue', 'a.conf': 'x=1' };
    await world.client.create(configMaps, { metadata: { namespace, name: 'settings' }, data });
    const secret = { token: Buffer.from('s3cret').toString('base64') };
    await world.client.create(secrets, { metadata: { namespace, name: 'keys' }, data: secret });
    const script =
      'echo $COLOR $TOKEN $NONE $NAME $P_color; cat /etc/conf/sub/a /keys/token /both/color; echo; busybox stat -c "%a %u %g" /keys/token /data; ' +
      'busybox id -u; busybox id -G; pwd; echo "$@"; echo x > /keys/y || echo read-only';
    const env = [
      { name: 'PATH', value: '/bin' },
      { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
      { name: 'NONE', valueFrom: { secretKeyRef: { name: 'no', key: 'no', optional: true } } },
      { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    ];
    await world.create('configured', {
      containers: [
        {
          command: ['/bin/busybox', 'sh', '-c', script, '$(COLOR)'],
          args: ['$(COLOR)', '$$(COLOR)', '$(UNKNOWN)'],
          env,
          envFrom: [{ prefix: 'P_', configMapRef: { name: 'settings' } }],
          workingDir: '/data',
          volumeMounts: [
            { name: 'conf', mountPath: '/etc/conf' },
            { name: 'keys', mountPath: '/keys' },
            { name: 'data', mountPath: '/data' },
            { name: 'both', mountPath: '/both' },
            { name: 'absent', mountPath: '/absent' },
          ],
        },
      ],
      pod: {
        securityContext: { runAsUser: 1234, runAsGroup: 1235, fsGroup: 2000, runAsNonRoot: true },
        volumes: [
          { name: 'conf', configMap: { name: 'settings', items: [{ key: 'a.conf', path: 'sub/a' }] } },
          { name: 'keys', secret: { secretName: 'keys', defaultMode: 0o400 } },
          { name: 'data', emptyDir: {} },
          { name: 'absent', secret: { secretName: 'nowhere', optional: true } },
          {
            name: 'both',
            projected: {
              sources: [
                { configMap: { name: 'settings' } },
                { secret: { name: 'keys', items: [{ key: 'token', path: 'color' }] } },
                { secret: { name: 'nowhere', optional: true } },
              ],
            },
          },
        ],
      },
    });
    await world.ended('configured', 'Complete');
    const lines = world.log(await world.pod('configured'), 'c0').split('\n');
    assert.deepEqual(lines.slice(0, 8), [
      'blue s3cret default blue',
      'x=1s3crets3cret',
      '440 0 2000',
      '2777 0 2000',
      '1234',
      '1235 2000',
      '/data',
      'blue $(COLOR) $(UNKNOWN)',
    ]);
    // They come through two pipes.
    assert.deepEqual(
      lines
        .slice(8)
        .map((line) => line.replace(/^.*: /, ''))
        .sort(),
      ['', 'Read-only file system', 'read-only'],
    );
  });

  test('a failure has its exit code and last words; what follows does not run', async () => {
    await world.create('failing', {
      init: [sh('echo 1; echo last >&2; exit 3', { terminationMessagePolicy: 'FallbackToLogsOnError' })],
      containers: [sh('echo never')],
    });
    assert.equal(await world.ended('failing', 'Failed'), 'BackoffLimitExceeded');
    const pod = await world.pod('failing');
    const [init, main] = statusesOf(pod);
    assert.deepEqual([init?.state.terminated?.exitCode, init?.state.terminated?.reason], [3, 'Error']);
    assert.equal(init?.state.terminated?.message, '1\nlast\n');
    assert.equal(main?.state.waiting?.reason, 'PodInitializing');
    assert.equal(world.log(pod, 'c0'), '');
  });

  test('OnFailure: the container is started again in the same pod, after a pause, and finds its volumes as they were', async () => {
    await world.create('restarted', {
      containers: [
        sh('[ -e /data/once ] && echo again && exit 0; echo > /data/once; exit 4', {
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        }),
      ],
      pod: { restartPolicy: 'OnFailure', volumes: [{ name: 'data', emptyDir: {} }] },
      // Restarts count.
      job: { backoffLimit: 3 },
    });
    await world.ended('restarted', 'Complete');
    const [pod, ...others] = await world.pods('restarted');
    assert.deepEqual(others, []);
    const [status] = pod === undefined ? [] : statusesOf(pod);
    assert.deepEqual([status?.restartCount, status?.lastState?.terminated?.exitCode], [1, 4]);
    assert.equal(status?.state.terminated?.exitCode, 0);
    assert.equal(pod && world.log(pod, 'c0'), 'again\n');
  });

  test('an exit code of the failure policy fails the Job at once, and the termination log is the message', async () => {
    await world.create('final', {
      containers: [sh('echo why > /dev/termination-log; exit 2')],
      job: {
        backoffLimit: 5,
        podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [2] } }] },
      },
    });
    assert.equal(await world.ended('final', 'Failed'), 'PodFailurePolicy');
    const [status] = statusesOf(await world.pod('final'));
    assert.equal(status?.state.terminated?.message, 'why\n');
  });

  test('a Job that takes too long fails, and nothing of it runs on', async () => {
    await world.create('slow', { containers: [sh('sleep 600')], job: { activeDeadlineSeconds: 1 } });
    assert.equal(await world.ended('slow', 'Failed'), 'DeadlineExceeded');
    await eventually('its processes are gone', () => world.leftovers().length === 0);
    assert.deepEqual(await world.pods('slow'), []);
  });

  test('a deleted Job ends at once, with its pod and its logs', async () => {
    const { metadata } = await world.create('deleted', { containers: [sh('echo started; sleep 600')] });
    const pod = await world.until('deleted', 'runs', (it) => world.log(it, 'c0') === 'started\n');
    const preconditions = { uid: metadata.uid ?? '' };
    await world.client.delete(
      jobs,
      { namespace, name: 'deleted' },
      { preconditions, propagationPolicy: 'Background' },
    );
    await eventually('its processes are gone', () => world.leftovers().length === 0);
    const logs = podLogFolder(world.home, pod.metadata.uid ?? '');
    await eventually('its logs are gone', () => !existsSync(logs));
  });

  test('what is missing is said, and waited for', async () => {
    await world.create('waiting', {
      containers: [
        sh('true', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'later', key: 'a' } } }] }),
      ],
    });
    const waits = (reason: string) => (pod: Pod) => statusesOf(pod)[0]?.state.waiting?.reason === reason;
    const pod = await world.until('waiting', 'waits', waits('CreateContainerConfigError'));
    assert.equal(statusesOf(pod)[0]?.state.waiting?.message, 'secret "later" not found');
    await world.create('no-image', { containers: [sh('true', { image: 'oci:/nowhere' })] });
    await world.until('no-image', 'waits', waits('ErrImagePull'));
    await world.create('odd-image', { containers: [sh('true', { image: 'A B' })] });
    await world.until('odd-image', 'waits', waits('InvalidImageName'));
    const data = { a: Buffer.from('x').toString('base64') };
    await world.client.create(secrets, { metadata: { namespace, name: 'later' }, data });
    await world.ended('waiting', 'Complete');
  });

  test('memory and volumes have limits', async () => {
    await world.create('hungry', {
      containers: [
        sh('x=$(head -c 50000000 /dev/zero | tr "\\0" a)', { resources: { limits: { memory: '16Mi' } } }),
      ],
    });
    await world.ended('hungry', 'Failed');
    const [status] = statusesOf(await world.pod('hungry'));
    assert.equal(status?.state.terminated?.exitCode === 0, false);
    await world.create('greedy', {
      containers: [
        sh('busybox dd if=/dev/zero of=/data/f bs=1M count=20; sleep 600', {
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        }),
      ],
      pod: { volumes: [{ name: 'data', emptyDir: { sizeLimit: '10Mi' } }] },
    });
    await world.ended('greedy', 'Failed');
    const { status: greedy } = await world.pod('greedy');
    assert.equal(greedy?.reason, 'Evicted');
    assert.match(greedy?.message ?? '', /Usage of EmptyDir volume "data" exceeds the limit/);
  });

  test('a Job that has ended goes when its time is over', async () => {
    await world.create('brief', { containers: [sh('true')], job: { ttlSecondsAfterFinished: 0 } });
    await eventually('it is gone', async () => {
      const found = await world.get('brief').then(
        () => true,
        () => false,
      );
      return !found && (await world.pods('brief')).length === 0;
    });
  });
});

suite('images of pods', () => {
  test('one that no pod had for long goes when the agent starts; the next pod has it again', async () => {
    await using world = await JobWorld.open();
    const stored = () => globSync(`${world.home}/agent/images/{oci-layers/*,oci-images/blobs/sha256/*}`);
    const runOnce = async (name: string, env: NodeJS.ProcessEnv) => {
      await using _ = await world.startAgent(env);
      await world.create(name, { containers: [sh('true')] });
      await world.ended(name, 'Complete');
    };
    await runOnce('first', {});
    const before = stored();
    assert.ok(before.length > 2, before.join());
    {
      await using _ = await world.startAgent();
      assert.deepEqual(stored(), before, 'a week has not passed');
    }
    {
      await using _ = await world.startAgent({ KONTAIN_IMAGE_IDLE_SECONDS: '0' });
      assert.deepEqual(stored(), []);
    }
    await runOnce('second', {});
    assert.deepEqual(stored(), before);
  });
});

suite('kill -9 of the agent', () => {
  test('a pod that ran is ended as disrupted and replaced once; what was left is swept', async () => {
    await using world = await JobWorld.open();
    const first = await world.startAgent();
    const ignore = {
      rules: [{ action: 'Ignore' as const, onPodConditions: [{ type: 'DisruptionTarget' }] }],
    };
    await world.create('again', {
      containers: [sh('echo started; sleep 600')],
      job: { podFailurePolicy: ignore },
    });
    await world.create('once', { containers: [sh('echo started; sleep 600')] });
    for (const name of ['again', 'once'])
      await world.until(name, 'runs', (pod) => world.log(pod, 'c0') === 'started\n');
    process.kill(first.pid, 'SIGKILL');
    await eventually('all of it died with the agent', () =>
      world.leftovers().every((line) => line.startsWith('/sys/') || line.startsWith(world.home)),
    );
    await world.startAgent();
    assert.equal(await world.ended('once', 'Failed'), 'BackoffLimitExceeded');
    const { status } = await world.pod('once');
    assert.equal(status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status, 'True');
    const isNew = (pod: Pod) => pod.status?.phase === 'Running' && world.log(pod, 'c0') === 'started\n';
    await world.until('again', 'a second pod runs', isNew);
    const phases = (await world.pods('again')).map(({ status: each }) => each?.phase ?? '');
    assert.deepEqual(new Set(phases), new Set(['Failed', 'Running']));
    assert.equal(phases.length, 2);
  });

  test('pods wait for their turn: no more than the limit runs', async () => {
    await using world = await JobWorld.open();
    await world.startAgent({ KONTAIN_AGENT_PODS: '1' });
    await world.create('first', { containers: [sh('echo started; sleep 600')] });
    const pod = await world.until('first', 'runs', (it) => world.log(it, 'c0') === 'started\n');
    await world.create('second', { containers: [sh('true')] });
    await world.until('second', 'waits', (it) => it.status?.phase === 'Pending');
    assert.equal((await world.pod('second')).status?.phase, 'Pending');
    await world.client.delete(pods, { namespace, name: pod.metadata.name ?? '' });
    await world.ended('second', 'Complete');
  });
});
