import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { functionResource } from '../../src/api/function.ts';
import { configMaps, namespaces } from '../../src/kube/builtin-resources.ts';
import { jobs, pods } from '../../src/kube/workload-resources.ts';
import { builtin } from '../../src/lib/builtin.ts';
import { closeServer } from '../../src/lib/http/listen-address.ts';
import { kubeless } from '../helpers/cli.ts';
import { eventually } from '../helpers/eventually.ts';
import { sourceDeploys, type SourceDeploys } from '../helpers/source-deploys.ts';

const { createServer } = builtin('node:http');
const namespace = 'kubeless';
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

const source = `import hashlib, os
def handler(event, context):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'model.bin'), 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()
`;

/** A server of an author's that sends whoever asks it to a manifest of the platform's registry. */
async function redirectTo(oci: string, port: number) {
  const [, host = '', path = '', digest = ''] = /^docker:\/\/([^/]+)\/(.+)@(.+)$/.exec(oci) ?? [];
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(302, { location: `http://${host}/v2/${path}/manifests/${digest}` }).end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${port}/source.py`,
    wasAsked: () => asked > 0,
    [Symbol.asyncDispose]: () => closeServer(server),
  };
}

/** Sources that no object holds: through the API server's proxy and function-controller into the registry. */
suite('sources over 1 MB', { concurrency: false }, () => {
  let deploys: SourceDeploys;
  before(async () => {
    // So that the test sees uploads go that a real sender might go on with for a while.
    deploys = await sourceDeploys({ KONTAIN_UPLOAD_IDLE_SECONDS: '3' });
  });
  after(() => deploys[Symbol.asyncDispose]());

  /** A zip archive with a binary file that cannot be compressed. */
  function archive(name: string, megabytes: number): { path: string; model: Buffer } {
    const folder = join(deploys.instance.home.root, `${name}-source`);
    mkdirSync(folder);
    const model = randomBytes(megabytes * 1024 * 1024);
    writeFileSync(join(folder, 'model.bin'), model);
    writeFileSync(join(folder, 'large.py'), source);
    const path = join(deploys.instance.home.root, `${name}.zip`);
    const script = 'import shutil, sys; shutil.make_archive(sys.argv[1], "zip", sys.argv[2])';
    execFileSync('python3', ['-c', script, path.replace(/\.zip$/, ''), folder]);
    rmSync(folder, { recursive: true });
    return { path, model };
  }
  const flags = (path: string) => ['-r', 'python3.11', '--handler', 'large.handler', '-f', path];
  const proxy = `/api/v1/namespaces/${namespace}/pods/kontain-controllers-embedded:9091/proxy`;

  test('a zip of 5 MB with a binary in it is deployed, sent once, and changed', async () => {
    const { path, model } = archive('first', 5);
    const deployed = await deploys.kubeless('function', 'deploy', 'large', ...flags(path), '--wait');
    assert.equal(deployed.exit, 0, deployed.stderr);
    assert.match(deployed.stderr, /first\.zip: \d{7} bytes sent to the functions' registry/);
    assert.equal((await deploys.call('large')).body, sha256(model));
    const { spec } = await deploys.get('large');
    const { source: place, checksum } = spec as {
      source: { oci: string; archive: string };
      checksum: string;
    };
    assert.match(place.oci, /^docker:\/\/127\.0\.0\.1:\d+\/functions\/default\.sources@sha256:[0-9a-f]{64}$/);
    assert.deepEqual([place.archive, checksum], ['zip', `sha256:${sha256(readFileSync(path))}`]);

    const again = await deploys.kubeless('function', 'deploy', 'same', ...flags(path));
    assert.equal(again.exit, 0, again.stderr);
    assert.doesNotMatch(again.stderr, /sent/);

    const second = archive('second', 2);
    const updated = await deploys.kubeless('function', 'update', 'large', '-f', second.path, '--wait');
    assert.equal(updated.exit, 0, updated.stderr);
    assert.equal((await deploys.call('large')).body, sha256(second.model));

    const small = await deploys.file('large.py', 'def handler(event, context):\n    return "small"\n');
    const shrunk = await deploys.kubeless('function', 'update', 'large', '-f', small, '--wait');
    assert.equal(shrunk.exit, 0, shrunk.stderr);
    assert.equal((await deploys.call('large')).body, 'small');
  });

  test('a source of another namespace is refused, and is not found under one’s own name', async () => {
    await deploys.client.create(namespaces, { metadata: { name: 'other' } });
    const { spec } = await deploys.get('same');
    const { source: place } = spec as { source: { oci: string } };
    const named = { runtime: 'python3.11', handler: 'large.handler' };
    const reason = async (name: string, place: object) => {
      const metadata = { namespace: 'other', name };
      const kind = { apiVersion: 'kubeless.io/v1beta1', kind: 'Function' };
      await deploys.client.create(functionResource, {
        ...kind,
        metadata,
        spec: { ...named, source: place },
      });
      return eventually(`${name} is refused`, async () => {
        const { status } = await deploys.client.get(functionResource, { namespace: 'other', name });
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        const isOver = ready !== undefined && !['Queued', 'Building'].includes(ready.reason);
        return isOver ? `${ready.reason}: ${ready.message}` : undefined;
      });
    };
    assert.match(
      await reason('thief', { oci: place.oci }),
      /^InvalidSpec: spec\.source\.oci: .* belongs to functions of namespace default/,
    );
    const { items } = await deploys.client.list(jobs, { namespace: 'other' });
    assert.deepEqual(items, []);
    // Nor is there a way round, over a server of the author's.
    await using author = await redirectTo(place.oci, deploys.sourcePort);
    assert.match(await reason('detour', { url: author.url }), /^SourceFailed: .* cannot be reached/);
    assert.ok(author.wasAsked());
    // The registry has a manifest only where it was pushed, though its digest is known.
    const own = place.oci.replace('default.sources', 'other.sources');
    assert.match(await reason('guess', { oci: own }), /^SourceFailed: .*(not exist|not found)/);
  });

  test('functions.yaml: sent with apply, and nothing to do the second time', async () => {
    const { path, model } = archive('applied', 3);
    const entry = { runtime: 'python3.11', handler: 'large.handler', 'from-file': path };
    const file = await deploys.file('functions.yaml', JSON.stringify({ functions: { applied: entry } }));
    const dry = await deploys.kubeless('diff', '-f', file);
    assert.match(dry.stderr, /applied: .*applied\.zip would be sent to the registry first/);
    const first = await deploys.kubeless('apply', '-f', file, '--wait');
    assert.equal(first.exit, 0, first.stderr);
    assert.equal((await deploys.call('applied')).body, sha256(model));
    const second = await deploys.kubeless('apply', '-f', file);
    assert.match(second.stderr, /function applied unchanged/);
    assert.doesNotMatch(second.stderr, /sent/);
  });

  for (const part of ['controllers', 'embedded-registry'])
    test(`kill -9 of ${part} in the middle of sending: one line and a hint, the second try works, nothing is left`, async () => {
      const name = `killed-${part}`;
      const { path, model } = archive(name, 8);
      const command = ['function', 'deploy', name, ...flags(path)];
      const { kubeconfig } = deploys.instance.home;
      let killed = 0;
      const onMessage = (text: string): void => {
        if (killed !== 0 || !text.includes('sent 50 %')) return;
        killed = deploys.instance.pid(part);
        process.kill(killed, 'SIGKILL');
      };
      const { exit, stderr } = await kubeless(command, { kubeconfig, isTTY: true, onMessage });
      assert.notEqual(killed, 0);
      assert.equal(exit, 10, stderr);
      const said = stderr.slice(stderr.lastIndexOf('\r\x1b[K') + 4);
      assert.match(said, /^error: the source cannot be sent: [^\n]+\nhint: [^\n]+ again[^\n]*\n$/);

      await deploys.instance.untilReady();
      const again = await deploys.kubeless(...command, '--wait');
      assert.equal(again.exit, 0, again.stderr);
      assert.match(again.stderr, /bytes sent to/);
      assert.equal((await deploys.call(name)).body, sha256(model));
      const uploads = () => globSync('**/_uploads/*', { cwd: deploys.instance.home.registry });
      await eventually('nothing is left of the first try', () => uploads().length === 0);
    });

  test('what is not what it says, or is too large, is refused; nothing of it is in the registry', async () => {
    const content = randomBytes(1_500_000);
    const put = (name: string, length = content.length) =>
      deploys.client.putPath(`${proxy}/sources/default/${name}`, {
        length,
        open: () =>
          (async function* chunks() {
            yield content.subarray(0, 1_000_000);
            yield content.subarray(1_000_000);
          })(),
      });
    const other = sha256(Buffer.from('another content'));
    await assert.rejects(put(other), { httpStatus: 422, message: /digest sha256:[0-9a-f]+, not sha256:/ });
    assert.deepEqual(await deploys.client.getPath(`${proxy}/sources/default/${other}`), {
      image: null,
      limitBytes: 256 * 1024 ** 2,
    });
    await assert.rejects(deploys.client.getPath(`${proxy}/sources/Default/${other}`), { httpStatus: 404 });
    await assert.rejects(deploys.client.getPath(`${proxy}/sources/default/..%2fx`), { httpStatus: 404 });

    const ref = { namespace, name: 'kubeless-config' };
    await deploys.client.mergePatch(configMaps, ref, { data: { 'source-limit': '1Mi' } });
    await assert.rejects(put(sha256(content)), {
      httpStatus: 413,
      message: /at most 1048576 .*source-limit/,
    });
    const { path } = archive('too-large', 2);
    const { exit, stderr } = await deploys.kubeless('function', 'deploy', 'never', ...flags(path));
    assert.deepEqual([exit, stderr.split('\n').length], [2, 3], stderr);
    assert.match(stderr, /too-large\.zip has \d+ bytes; the platform takes 1048576\nhint: .*source-limit/);
    await deploys.client.mergePatch(configMaps, ref, { data: { 'source-limit': null } });
    await put(sha256(content));
  });

  test('without a registry, and without a controller: one line and a hint', async () => {
    const { path } = archive('nowhere', 2);
    const ref = { namespace, name: 'kubeless-config' };
    const { data } = await deploys.client.get(configMaps, ref);
    const move = (registry: string | undefined) =>
      deploys.client.mergePatch(configMaps, ref, { data: { 'function-registry': registry } });
    await move('127.0.0.1:1/functions');
    const down = await deploys.kubeless('function', 'deploy', 'never', ...flags(path));
    assert.equal(down.exit, 10, down.stderr);
    assert.match(
      down.stderr,
      /^error: the source cannot be sent: The registry 127\.0\.0\.1:1 does not answer.*\nhint: .*--from-file https/,
    );
    await move(data?.['function-registry']);

    await deploys.client.delete(
      pods,
      { namespace, name: 'kontain-controllers-embedded' },
      { gracePeriodSeconds: 0 },
    );
    const gone = await deploys.kubeless('function', 'deploy', 'never', ...flags(path));
    assert.equal(gone.exit, 10, gone.stderr);
    assert.match(
      gone.stderr,
      /^error: no controller runs that takes a source of this size\nhint: .*kontain=controllers/,
    );
  });
});
