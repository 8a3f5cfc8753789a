import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { systemClock } from '../../src/lib/clock.ts';
import { startEmbeddedApi, type EmbeddedApi } from '../helpers/embedded-api.ts';
import { kubectl, kubectlVersions } from '../helpers/kubectl.ts';

const folder = mkdtempSync(join(tmpdir(), 'kontain-kubectl-'));
/** Plays the person at `kubectl edit`. */
const editor = join(folder, 'editor');
writeFileSync(editor, `#!/bin/sh\nsed -i 's/timeout: .*/timeout: 44s/' "$1"\n`, { mode: 0o755 });

let api: EmbeddedApi;
before(async () => {
  api = await startEmbeddedApi();
});
after(async () => {
  await api[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function image(name: string, spec: object = {}) {
  const metadata = { name, labels: { team: 'a' } };
  return {
    apiVersion: 'build.kontain.app/v1',
    kind: 'Image',
    metadata,
    spec: { image: 'oci:/images/one', timeout: '5s', ...spec },
  };
}

for (const { version, path } of await kubectlVersions()) {
  suite(`kubectl ${version}`, () => {
    const namespace = `kubectl-${version.replace('.', '-')}`;
    const client = () => kubectl(path, api.kubeconfig, join(folder, version), { EDITOR: editor });
    const run = (...args: string[]) => client().run('--namespace', namespace, ...args);
    const send = (manifest: object, ...args: string[]) =>
      client().send(manifest, '--namespace', namespace, ...args);
    const fail = (...args: string[]) => client().try('--namespace', namespace, ...args);
    const read = async (name: string) =>
      JSON.parse(await run('get', 'image', name, '-o', 'json')) as {
        metadata: { labels: Record<string, string>; generation: number };
        spec: { image: string; timeout: string };
      };

    before(async () => {
      await client().run('create', 'namespace', namespace);
    });

    test('create, and create again is refused', async () => {
      assert.match(await send(image('created'), 'create'), /created/);
      await assert.rejects(send(image('created'), 'create'), /AlreadyExists/);
    });

    test('apply creates, configures, finds nothing to do, and removes what left the manifest', async () => {
      assert.match(await send(image('applied'), 'apply'), /created/);
      assert.match(await send(image('applied', { image: 'oci:/images/two' }), 'apply'), /configured/);
      assert.match(await send(image('applied', { image: 'oci:/images/two' }), 'apply'), /unchanged/);
      const { timeout: _, ...spec } = image('applied').spec;
      await send({ ...image('applied'), spec }, 'apply');
      assert.equal('timeout' in (await read('applied')).spec, false);
    });

    test('a bad manifest is refused with the name of the field', async () => {
      await assert.rejects(send(image('bad', { concurrency: -1 }), 'apply'), /spec\.concurrency/);
      await assert.rejects(send({ ...image('bad'), spec: {} }, 'apply'), /spec\.image|image/);
    });

    test('get with columns, by short name, by label, as names, as YAML', async () => {
      await send(image('listed'), 'apply');
      const [header = '', ...rows] = (await run('get', 'images')).trim().split('\n');
      assert.match(header, /^NAME +IMAGE +READY +REASON +DIGEST +MESSAGE +AGE$|^NAME .*READY.*DIGEST.*AGE$/);
      assert.ok(rows.some((row) => row.startsWith('listed') && row.includes('oci:/images/one')));
      assert.match(await run('get', 'img', 'listed', '-o', 'wide'), /listed/);
      assert.match(
        await run('get', 'images', '-l', 'team=a', '-o', 'name'),
        /images?\.build\.kontain\.app\/listed/,
      );
      assert.equal(await run('get', 'images', '-l', 'team=b', '-o', 'name'), '');
      assert.match(await run('get', 'image', 'listed', '-o', 'yaml'), /^ {2}image: oci:\/images\/one$/m);
      assert.match(
        await client().run('get', 'images', '--all-namespaces'),
        new RegExp(`${namespace} +listed`),
      );
    });

    test('get of what is not there says so and fails', async () => {
      const { code, stderr } = await fail('get', 'image', 'missing');
      assert.equal(code, 1);
      assert.match(stderr, /NotFound/);
    });

    test('get -w shows an object, its change and its end', async () => {
      await send(image('watched'), 'apply');
      const watch = client().start(
        '--namespace',
        namespace,
        'get',
        'image',
        'watched',
        '-w',
        '-o',
        'jsonpath={.spec.image}{"\\n"}',
      );
      let seen = '';
      watch.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
      const waitFor = async (text: string) => {
        while (!seen.includes(text)) await systemClock.sleep(20);
      };
      await waitFor('oci:/images/one');
      await send(image('watched', { image: 'oci:/images/two' }), 'apply');
      await waitFor('oci:/images/two');
      const exit = once(watch, 'exit');
      watch.kill();
      await exit;
    });

    test('describe shows the spec', async () => {
      await send(image('described'), 'apply');
      const text = await run('describe', 'image', 'described');
      assert.match(text, /^Name: +described$/m);
      assert.match(text, /oci:\/images\/one/);
    });

    test('patch: merge and JSON patches', async () => {
      await send(image('patched'), 'apply');
      await run('patch', 'image', 'patched', '--type=merge', '-p', '{"spec":{"timeout":"7s"}}');
      await run(
        'patch',
        'image',
        'patched',
        '--type=json',
        '-p',
        '[{"op":"replace","path":"/spec/image","value":"oci:/images/two"}]',
      );
      const { spec, metadata } = await read('patched');
      assert.deepEqual([spec.timeout, spec.image, metadata.generation], ['7s', 'oci:/images/two', 3]);
    });

    test('label and annotate', async () => {
      await send(image('labelled'), 'apply');
      await run('label', 'image', 'labelled', 'team=b', '--overwrite');
      await run('annotate', 'image', 'labelled', 'note=kept');
      const { metadata } = await read('labelled');
      assert.deepEqual([metadata.labels['team'], metadata.generation], ['b', 1]);
    });

    test('edit', async () => {
      await send(image('edited'), 'apply');
      await run('edit', 'image', 'edited');
      assert.equal((await read('edited')).spec.timeout, '44s');
    });

    test('explain shows the descriptions of the schema', async () => {
      assert.match(await run('explain', 'image'), /served as a function/);
      assert.match(await run('explain', 'image.spec.timeout'), /arrival of a call/);
    });

    test('server-side dry run changes nothing', async () => {
      await send(image('dry'), 'apply', '--dry-run=server');
      assert.equal((await fail('get', 'image', 'dry')).code, 1);
    });

    test('wait for a deletion; a finalizer holds it', async () => {
      await send(
        { ...image('held'), metadata: { name: 'held', finalizers: ['kontain.app/test'] } },
        'create',
      );
      await run('delete', 'image', 'held', '--wait=false');
      assert.equal((await fail('get', 'image', 'held')).code, 0);
      const gone = fail('wait', '--for=delete', 'image/held', '--timeout=60s');
      await run('patch', 'image', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
      const { code, stderr } = await gone;
      // The older kubectl may find it gone before it has begun to wait.
      assert.ok(code === 0 || stderr.includes('no matching resources'), stderr);
      assert.equal((await fail('get', 'image', 'held')).code, 1);
    });

    test('delete by name, by label, and of the whole namespace', async () => {
      await send(image('named'), 'apply');
      assert.match(await run('delete', 'image', 'named'), /deleted/);
      await run('delete', 'images', '-l', 'team=a');
      assert.equal(await run('get', 'images', '-l', 'team=a', '-o', 'name'), '');
      await client().run('delete', 'namespace', namespace, '--timeout=60s');
      assert.equal((await client().try('get', 'namespace', namespace)).code, 1);
    });
  });
}
