import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { call } from '../helpers/e2e-call.ts';
import { imageManifest, Platform } from '../helpers/e2e-platform.ts';
import { eventually } from '../helpers/eventually.ts';
import { freePorts } from '../helpers/free-ports.ts';
import { startRegistry, type ImageRegistry } from '../helpers/image-registry.ts';

interface ImageDocument {
  metadata: { generation: number };
  status?: { observedGeneration: number; conditions: { type: string; status: string; message: string }[] };
}

const bad: readonly [what: string, spec: Record<string, unknown>, words: RegExp][] = [
  ['no image', {}, /spec\.image/],
  ['a reference without its transport', { image: 'nginx' }, /spec\.image/],
  ['an unknown transport', { image: 'ftp://a/b' }, /spec\.image/],
  ['an unknown start', { image: 'oci:/a', start: 'hot' }, /spec\.start/],
  ['a timeout that is none', { image: 'oci:/a', timeout: 'soon' }, /spec\.timeout/],
  ['a negative concurrency', { image: 'oci:/a', concurrency: -1 }, /spec\.concurrency/],
  ['a port out of range', { image: 'oci:/a', port: 70_000 }, /spec\.port/],
  [
    'memory that is no quantity',
    { image: 'oci:/a', resources: { memory: 'much' } },
    /spec\.resources\.memory/,
  ],
  ['isolation of a later version', { image: 'oci:/a', isolation: 'microvm' }, /spec\.isolation/],
  ['an env entry without a name', { image: 'oci:/a', env: [{ value: 'x' }] }, /spec\.env/],
];

suite('an image that cannot be had', () => {
  let registry: ImageRegistry;
  let platform: Platform;
  let good: string;
  before(async () => {
    registry = await startRegistry();
    platform = await Platform.start({ KONTAIN_INSECURE_REGISTRIES: registry.host });
    good = await platform.images.program('streams.c');
    execFileSync('skopeo', [
      'copy',
      '-q',
      '--dest-tls-verify=false',
      good,
      `docker://${registry.host}/good:1`,
    ]);
    await platform.deploy({ fn: { image: `docker://${registry.host}/good:1`, protocol: 'cgi' } });
    assert.equal((await call(platform.url('fn'))).text, 'hello\n');
  });
  after(async () => {
    await platform[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  /** The Ready condition says why, kubectl shows it, and calls go on with the version before. */
  async function refused(image: string, words: RegExp): Promise<void> {
    await platform.apply({ fn: { image, protocol: 'cgi' } });
    const message = await eventually('it is said', async () => {
      const { metadata, status } = JSON.parse(
        await platform.kubectl.run('get', 'image', 'fn', '-o', 'json'),
      ) as ImageDocument;
      const ready = status?.conditions.find(({ type }) => type === 'Ready');
      return status?.observedGeneration === metadata.generation && ready?.status === 'False' && ready.message;
    });
    assert.match(message, words);
    assert.match(await platform.kubectl.run('get', 'images'), /^fn +\S+ +False +\w+/m);
    assert.equal((await call(platform.url('fn'))).text, 'hello\n');
  }

  test('a tag that does not exist', () =>
    refused(`docker://${registry.host}/good:2`, /manifest unknown|no such|not found|does not exist/i));

  test('a repository that does not exist', () =>
    refused(`docker://${registry.host}/bad:1`, /unknown|no such|not found|does not exist/i));

  test('a digest that is not that of the image', () =>
    refused(
      `docker://${registry.host}/good@sha256:${'0'.repeat(64)}`,
      /unknown|no such|not found|does not exist/i,
    ));

  test('a registry that does not answer', async () => {
    const [port] = await freePorts(1);
    await refused(`docker://127.0.0.1:${port}/good:1`, /127\.0\.0\.1|refused|reached/i);
  });

  test('a local image that is not there', () =>
    refused('oci:/nowhere/at/all', /does not exist|no such|not found/i));

  test('a local image that is damaged', async () => {
    const folder = join(platform.instance.home.root, 'damaged');
    mkdirSync(folder);
    writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(join(folder, 'index.json'), '{"schemaVersion":2,"manifests":[{}]}');
    await refused(`oci:${folder}`, /./);
  });

  test('an event tells it as well', async () => {
    await eventually('the event is there', async () => {
      const events = await platform.kubectl.run('get', 'events');
      return /Warning +\w+ +image\/fn/.test(events);
    });
  });

  test('what is not there yet is fetched when it comes', async () => {
    await platform.apply({ fn: { image: `docker://${registry.host}/later:1`, protocol: 'cgi' } });
    execFileSync('skopeo', [
      'copy',
      '-q',
      '--dest-tls-verify=false',
      good,
      `docker://${registry.host}/later:1`,
    ]);
    await platform.kubectl.run('wait', '--for=condition=Ready', '--timeout=60s', 'image/fn');
    assert.equal((await call(platform.url('fn'))).text, 'hello\n');
  });

  test('a function that was never ready is told apart from one that is not there', async () => {
    await platform.apply({ never: { image: 'oci:/nowhere/at/all' } });
    await platform.reason('never', 'PullFailed').catch(() => undefined);
    const { status, text } = await call(platform.url('never'));
    assert.ok([404, 503].includes(status), text);
  });

  suite('a manifest with', () => {
    for (const [what, spec, words] of bad)
      test(`${what} is refused with the name of the field`, async () => {
        const file = join(platform.instance.home.root, 'manifest.json');
        writeFileSync(file, JSON.stringify(imageManifest('bad', spec)));
        for (const validate of [true, false]) {
          const { code, stderr } = await platform.kubectl.try('apply', `--validate=${validate}`, '-f', file);
          assert.notEqual(code, 0);
          assert.match(stderr, words);
        }
      });

    test('a name that cannot be a host name is refused', async () => {
      const file = join(platform.instance.home.root, 'manifest.json');
      writeFileSync(file, JSON.stringify(imageManifest('1.2', { image: 'oci:/a' })));
      const { code, stderr } = await platform.kubectl.try('apply', '-f', file);
      assert.notEqual(code, 0);
      assert.match(stderr, /metadata\.name/);
    });
  });
});
