import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { eventually } from '../../helpers/eventually.ts';
import type { ObjectMeta } from '../../../src/kube/objects.ts';
import { kubectl, type Kubectl, type KubectlVersion } from '../../helpers/kubectl.ts';
import { configMap, harness, type Harness, type StartTarget } from './harness.ts';
import { widgetCrd } from './widget-crd.ts';

/** What people type, with the oldest and the newest kubectl that has to work. */
export function kubectlContract(versions: readonly KubectlVersion[]): (start: StartTarget) => void {
  return (start) => {
    for (const version of versions) kubectlSuite(version, start);
  };
}

function kubectlSuite({ version, path }: KubectlVersion, start: StartTarget): void {
  suite(`kubectl ${version}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'kontain-kubectl-'));
    after(() => rmSync(folder, { recursive: true }));
    const api = harness(start);
    const editor = join(folder, 'editor');
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/size: 4/size: 5/" "$1"\n', { mode: 0o755 });
    kubectlTests({ api, version }, () =>
      kubectl(path, api.kubeconfig, folder, { EDITOR: editor, KUBE_EDITOR: editor }),
    );
  });
}

function kubectlTests({ api, version }: { api: Harness; version: string }, cli: () => Kubectl): void {
  const group = (): string => `${api.namespace}.kubectl.example.com`;
  const run = (...args: string[]): Promise<string> => cli().run('--namespace', api.namespace, ...args);
  const apply = (manifest: object, ...args: string[]): Promise<string> =>
    cli().send(manifest, '--namespace', api.namespace, 'apply', ...args);
  const widget = (spec: object): object => ({
    apiVersion: `${group()}/v1`,
    kind: 'Widget',
    metadata: { name: 'w1' },
    spec,
  });

  test('create makes built-in objects of all kinds', async () => {
    assert.match(await run('create', 'configmap', 'c', '--from-literal=a=b'), /configmap\/c created/);
    assert.match(await run('create', 'secret', 'generic', 's', '--from-literal=p=q'), /secret\/s created/);
    const login = ['--docker-server=r.example', '--docker-username=u', '--docker-password=p'];
    assert.match(await run('create', 'secret', 'docker-registry', 'pull', ...login), /secret\/pull created/);
    assert.match(await run('create', 'serviceaccount', 'bot'), /serviceaccount\/bot created/);
    assert.match(
      await run('create', 'service', 'clusterip', 'web', '--clusterip=None', '--tcp=80:8080'),
      /service\/web created/,
    );
    assert.equal(await run('get', 'configmap', 'c', '-o', 'jsonpath={.data.a}'), 'b');
    assert.equal(await run('get', 'secret', 's', '-o', 'jsonpath={.data.p}'), 'cQ==');
    assert.equal(await run('get', 'service', 'web', '-o', 'jsonpath={.spec.ports[0].targetPort}'), '8080');
  });

  // kubectl 1.20 knows CronJobs of batch/v1beta1 only, which no current cluster has either.
  const skip = version === '1.20';
  test('create makes Jobs of CronJobs, with all that their pods have', { skip }, async () => {
    await apply(cronJob);
    assert.match(await run('create', 'job', 'now', '--from=cronjob/tick'), /job.*\/now created/);
    const read = async (kind: string, name: string) =>
      JSON.parse(await run('get', kind, name, '-o', 'json')) as {
        metadata: ObjectMeta;
        spec: JobSpec & CronJobSpec;
      };
    const [from, made] = [await read('cronjob', 'tick'), await read('job', 'now')];
    assert.deepEqual(made.spec.template.spec, from.spec.jobTemplate.spec.template.spec);
    assert.deepEqual([made.spec.backoffLimit, made.spec.suspend], [0, true]);
    assert.equal(made.metadata.annotations?.['cronjob.kubernetes.io/instantiate'], 'manual');
    assert.equal(made.metadata.ownerReferences?.[0]?.uid, from.metadata.uid);
    const flags = ['--image=a.example/b', '--schedule=0 0 1 1 *', '--', 'sh', '-c', 'true'];
    await run('create', 'cronjob', 'simple', ...flags);
    const { spec } = await read('cronjob', 'simple');
    const [container] = spec.jobTemplate.spec.template.spec.containers;
    assert.deepEqual([spec.schedule, container?.command], ['0 0 1 1 *', ['sh', '-c', 'true']]);
  });

  test('apply a definition, wait for it, apply objects of it', async () => {
    assert.match(await apply(widgetCrd(group())), /created/);
    await run('wait', '--for=condition=Established', `crd/widgets.${group()}`, '--timeout=30s');
    await eventually(
      'the kind is known',
      async () => (await cli().try('get', `widgets.${group()}`)).code === 0,
    );
    assert.match(await apply(widget({ size: 3 })), /w1 created/);
    assert.match(await apply(widget({ size: 3 })), /w1 unchanged/);
    assert.match(await apply(widget({ size: 4 }), '--dry-run=server'), /w1 configured \(server dry run\)/);
    assert.match(await apply(widget({ size: 4 })), /w1 configured/);
    assert.equal(
      await run('get', `widgets.${group()}`, 'w1', '-o', 'jsonpath={.spec.size}{.spec.colour}'),
      '4red',
    );
  });

  test('get prints the columns of the definition', async () => {
    const [header = '', row = ''] = (await run('get', `widgets.${group()}`)).split('\n');
    assert.deepEqual(header.trim().split(/\s+/), ['NAME', 'SIZE', 'READY', 'AGE']);
    assert.match(row, /^w1 +4 +\d+s/);
    const [wide = ''] = (await run('get', `widgets.${group()}`, '-o', 'wide')).split('\n');
    assert.deepEqual(wide.trim().split(/\s+/), ['NAME', 'SIZE', 'READY', 'COLOUR', 'AGE']);
    assert.match(await run('get', `widgets.${group()}`, '-o', 'name'), /w1/);
  });

  test('get of several kinds, and of categories', async () => {
    const all = await run('get', 'configmap,secret', '--no-headers');
    assert.match(all, /configmap\/c/);
    assert.match(all, /secret\/s/);
    assert.match(await run('get', 'things', '--no-headers'), /w1/);
  });

  test('get --watch follows changes', async () => {
    const child = cli().start(
      '--namespace',
      api.namespace,
      'get',
      'configmaps',
      '--watch-only',
      '--no-headers',
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    try {
      // The watch starts some time after the process: touch the object until it is seen.
      let count = 0;
      await eventually('the change is printed', async () => {
        count += 1;
        await run('create', 'configmap', `seen-${count}`);
        return /seen-\d+ +0/.test(output);
      });
    } finally {
      child.kill();
    }
  });

  test('describe, label, annotate, patch, edit', async () => {
    assert.match(await run('describe', 'configmap', 'c'), /Name: +c\n/);
    assert.match(await run('describe', `widgets.${group()}`, 'w1'), /Size: +4/);
    assert.match(await run('label', `widgets.${group()}`, 'w1', 'tier=front'), /labeled/);
    assert.match(await run('annotate', 'configmap', 'c', 'note=x'), /annotate/);
    assert.match(await run('get', `widgets.${group()}`, '-l', 'tier in (front)', '-o', 'name'), /w1/);
    await run('patch', 'configmap', 'c', '--patch', '{"data":{"c":"d"}}');
    await run('patch', `widgets.${group()}`, 'w1', '--type=merge', '--patch', '{"spec":{"name":"abc"}}');
    assert.match(await run('edit', `widgets.${group()}`, 'w1'), /edited/);
    assert.equal(
      await run('get', `widgets.${group()}`, 'w1', '-o', 'jsonpath={.spec.size}{.spec.name}'),
      '5abc',
    );
  });

  test('apply removes what the manifest no longer has', async () => {
    await apply(configMap('applied', { a: '1', b: '2' }));
    await apply(configMap('applied', { b: '3' }));
    assert.equal(await run('get', 'configmap', 'applied', '-o', 'jsonpath={.data}'), '{"b":"3"}');
  });

  test('explain knows the fields', async () => {
    assert.match(
      await run('explain', `widgets.spec`, `--api-version=${group()}/v1`),
      /size\s*<integer>\s*-required-/,
    );
    assert.match(await run('explain', 'configmap.data'), /KIND: +ConfigMap/);
  });

  test('mistakes are told', async () => {
    const send = (spec: object): Promise<string> =>
      apply(widget(spec)).then(
        () => 'accepted',
        (error: unknown) => String(error),
      );
    assert.match(await send({ size: 3, foo: 1 }), /unknown field "?(spec\.)?foo"?/);
    assert.match(await send({ size: 99 }), /spec\.size/);
    assert.match(
      (await cli().try('get', 'nonsense')).stderr,
      /the server doesn't have a resource type "nonsense"/,
    );
    assert.match(
      (await cli().try('get', 'configmap', 'missing', '--namespace', api.namespace)).stderr,
      /configmaps "missing" not found/,
    );
  });

  test('delete, with everything in it', async () => {
    assert.match(await run('delete', `widgets.${group()}`, 'w1'), /deleted/);
    assert.match(await run('delete', 'configmap', '--all'), /"c" deleted/);
    assert.match(await run('delete', 'crd', `widgets.${group()}`), /deleted/);
    const name = `${api.namespace}-cli`;
    await cli().run('create', 'namespace', name);
    await cli().run('--namespace', name, 'create', 'configmap', 'inside');
    await cli().run('delete', 'namespace', name, '--timeout=60s');
    assert.notEqual((await cli().try('get', 'namespace', name)).code, 0);
  });

  test('version and api-resources', async () => {
    assert.match(await run('version', '-o', 'json'), /"gitVersion": "v1\.36/);
    assert.match(await run('api-resources'), /configmaps +cm/);
  });
}

interface JobSpec {
  backoffLimit: number;
  suspend: boolean;
  template: { spec: { containers: { command: string[] }[] } };
}

interface CronJobSpec {
  schedule: string;
  jobTemplate: { spec: JobSpec };
}

const keyRef = { name: 'c', key: 'k', optional: true };
/** Of all that protobuf writes in a way of its own: pointers, quantities, maps, what JSON has in one object. */
const cronJob = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick' },
  spec: {
    schedule: '0 0 1 1 *',
    suspend: true,
    jobTemplate: {
      spec: {
        suspend: true,
        backoffLimit: 0,
        activeDeadlineSeconds: 30,
        template: {
          metadata: { labels: { a: 'b' } },
          spec: {
            restartPolicy: 'Never',
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: { runAsUser: 0, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
            imagePullSecrets: [{ name: 's' }],
            containers: [
              {
                name: 'trigger',
                image: 'a.example/b',
                args: ['--a', '$$(HOME)'],
                ports: [{ containerPort: 8080 }],
                env: [
                  { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
                  { name: 'FROM', valueFrom: { configMapKeyRef: keyRef } },
                  { name: 'TEXT', value: 'x' },
                ],
                envFrom: [{ prefix: 'P_', secretRef: { name: 's', optional: false } }],
                resources: { limits: { cpu: '500m', memory: '128Mi' }, requests: { cpu: '10m' } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
                volumeMounts: [{ name: 'payload', mountPath: '/payload', readOnly: true }],
              },
            ],
            volumes: [
              { name: 'payload', configMap: { name: 'c', defaultMode: 0, items: [{ key: 'k', path: 'p' }] } },
              { name: 'scratch', emptyDir: { sizeLimit: '1Mi' } },
            ],
          },
        },
      },
    },
  },
};
