import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { functionResource } from '../../../src/api/function.ts';
import { configMaps, secrets } from '../../../src/kube/builtin-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import type { SourceDeploys } from '../../helpers/source-deploys.ts';

const namespace = 'default';

/** Reads its files while it is imported, and again in the call. */
const source = `import json, os

def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError as error:
        return type(error).__name__

imported = read('/mail/token')

def handler(event, context):
    mail, settings = os.stat('/mail/token'), os.stat('/etc/settings/mode')
    try:
        open('/mail/token', 'w')
        written = 'OK'
    except OSError as error:
        written = type(error).__name__
    return json.dumps({
        'imported': imported, 'token': read('/mail/token'), 'mode': read('/etc/settings/mode'), 'written': written,
        'uid': mail.st_uid == os.getuid(), 'hosts': os.path.exists('/etc/hosts'), 'names': sorted(os.listdir('/mail')),
    })
`;

export function filesOfSecrets(current: () => SourceDeploys): void {
  suite('files of Secrets and ConfigMaps', { concurrency: false }, () => {
    let deploys: SourceDeploys;
    before(async () => {
      deploys = current();
    });

    const putSecret = (name: string, token: string) => {
      const data = { token: Buffer.from(token).toString('base64') };
      return deploys.client.create(secrets, { metadata: { namespace, name }, data });
    };
    const answer = async (name: string): Promise<Record<string, unknown>> => {
      const { status, body } = await deploys.call(name);
      assert.equal(status, 200, body);
      return JSON.parse(body) as Record<string, unknown>;
    };
    const expected = (token: string) => ({
      imported: token,
      token,
      mode: 'fast',
      written: 'OSError',
      uid: true,
      hosts: true,
      names: ['token'],
    });

    test('they are there for the import and for each call, however it is started', async () => {
      await putSecret('mail', 'one');
      const settings = { metadata: { namespace, name: 'settings' }, data: { mode: 'fast' } };
      await deploys.client.create(configMaps, settings);
      const path = await deploys.file('reader.py', source);
      for (const start of ['template', 'prewarmed', 'cold']) {
        const flags = [
          '--runtime',
          'python3.11',
          '--handler',
          'reader.handler',
          '-f',
          path,
          '--start',
          start,
        ];
        const files = ['--secrets', 'mail', '--configmaps', 'settings:/etc/settings'];
        const run = await deploys.kubeless('function', 'deploy', start, ...flags, ...files, '--wait');
        assert.equal(run.exit, 0, run.stderr);
        for (let turn = 0; turn < 2; turn += 1) assert.deepEqual(await answer(start), expected('one'), start);
      }
    });

    test('a Secret that changes takes effect with no deploy', async () => {
      const data = { token: Buffer.from('two').toString('base64') };
      await deploys.client.mergePatch(secrets, { namespace, name: 'mail' }, { data });
      for (const start of ['template', 'prewarmed', 'cold'])
        await eventually(
          `${start} has the new value`,
          async () => (await answer(start))['imported'] === 'two',
        );
      assert.deepEqual(await answer('template'), expected('two'));
    });

    test('without the Secret the version of before is served, and its name is told', async () => {
      await deploys.client.delete(secrets, { namespace, name: 'mail' });
      const told = await deploys.until('template', 'PullFailed');
      const ready = told.status?.conditions?.find(({ type }) => type === 'Ready');
      assert.match(ready?.message ?? '', /Secret mail does not exist, but \/mail needs it/);
      assert.deepEqual(await answer('template'), expected('two'));
      await putSecret('mail', 'three');
      await deploys.until('template', 'Ready');
      await eventually('the new value', async () => (await answer('template'))['imported'] === 'three');
    });

    test('a thousand files are all there; with one more the version of before is served', async () => {
      const keys = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_, key) => [`k${key}`, `value ${key}`]));
      for (const name of ['first', 'second'])
        await deploys.client.create(configMaps, { metadata: { namespace, name }, data: keys(500) });
      const text = `import os
def handler(event, context):
    names = [f'{folder}/{name}' for folder in ('/one', '/two') for name in os.listdir(folder)]
    return f"{len(names)} {sum(len(open(name).read()) for name in names)}"
`;
      const path = await deploys.file('many.py', text);
      const flags = ['--runtime', 'python3.11', '--handler', 'many.handler', '-f', path];
      const files = ['--configmaps', 'first:/one', '--configmaps', 'second:/two'];
      const run = await deploys.kubeless('function', 'deploy', 'many', ...flags, ...files, '--wait');
      assert.equal(run.exit, 0, run.stderr);
      const bytes = 2 * Object.values(keys(500)).join('').length;
      assert.deepEqual(await deploys.call('many'), { status: 200, body: `1000 ${bytes}` });
      const data = { more: 'x' };
      await deploys.client.mergePatch(configMaps, { namespace, name: 'second' }, { data });
      const told = await deploys.until('many', 'PullFailed');
      const ready = told.status?.conditions?.find(({ type }) => type === 'Ready');
      assert.match(ready?.message ?? '', /the files are 1001; at most 1000 files/);
      assert.deepEqual(await deploys.call('many'), { status: 200, body: `1000 ${bytes}` });
    });

    test('what is optional may be missing, and a volume of another kind is refused by name', async () => {
      const volumes = (volume: object) => ({
        spec: {
          template: {
            spec: {
              containers: [{ volumeMounts: [{ name: 'v', mountPath: '/mail' }] }],
              volumes: [{ name: 'v', ...volume }],
            },
          },
        },
      });
      const patch = (volume: object) =>
        deploys.client.mergePatch(
          functionResource,
          { namespace, name: 'maybe' },
          { spec: { deployment: volumes(volume) } },
        );
      const path = await deploys.file(
        'maybe.py',
        'import os\ndef handler(event, context):\n    return " ".join(os.listdir("/mail")) + "."\n',
      );
      const flags = ['--runtime', 'python3.11', '--handler', 'maybe.handler', '-f', path];
      assert.equal((await deploys.kubeless('function', 'deploy', 'maybe', ...flags, '--wait')).exit, 0);
      await patch({ secret: { secretName: 'absent', optional: true } });
      await deploys.until('maybe', 'Ready');
      await eventually('there is an empty folder', async () => (await deploys.call('maybe')).body === '.');
      await patch({ secret: null, hostPath: { path: '/etc' } });
      const refused = await deploys.until('maybe', 'Unsupported');
      assert.match(
        JSON.stringify(refused.status?.conditions),
        /volume v at \/mail: a volume of kind hostPath/,
      );
      assert.equal((await deploys.call('maybe')).body, '.');
    });
  });
}
