import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
  buildRequest,
  containersOf as containers,
  runtimeDigest as digest,
  type RequestChanges,
} from '../../../test/helpers/build-request.ts';
import { kubelessFunction } from '../../../test/helpers/kubeless-function.ts';
import type { KubelessFunction } from '../../api/function.ts';
import { parseKubelessConfig } from '../../api/kubeless-config/kubeless-config.ts';
import { buildJob, sourceConfigMap } from './build-job.ts';
import { planBuild } from './build-plan.ts';
import type { BuildRequest } from './build-request.ts';
import { dependenciesTag, signatureOf } from './signature.ts';

const python = { runtime: 'python3.11', handler: 'hello.handler', function: 'x' };
/** Without a check, which check-container.test.ts is about. */
const request = (
  spec: KubelessFunction['spec'],
  more: RequestChanges = {},
  data: Record<string, string> = {},
): BuildRequest => buildRequest(spec, { check: undefined, data, ...more });

suite('build Job', () => {
  test("a source in the functions' registry is read as the image is pushed, one elsewhere is not", () => {
    const prepareOf = (oci: string, data: Record<string, string>) => {
      const { function: _, ...spec } = python;
      const { prepare } = containers(request({ ...spec, source: { oci } }, { insecureRegistry: true }, data));
      assert.ok(prepare !== undefined);
      return prepare;
    };
    const authority = { 'registry-certificate-authority': 'PEM' };
    const own = prepareOf('docker://registry/default.sources:x', authority);
    assert.ok(own.args.includes('--tls-verify=false'));
    assert.deepEqual(own.env.at(-1), { name: 'SSL_CERT_FILE', value: '/src/registry-ca.crt' });
    assert.ok(own.volumeMounts.some(({ mountPath }) => mountPath === '/docker'));
    const other = prepareOf('docker://registry.example.com/x:1', authority);
    assert.ok(!other.args.includes('--tls-verify=false'));
    assert.ok(other.env.every(({ name }) => name !== 'SSL_CERT_FILE'));
  });

  test('a single file is mounted from the ConfigMap, and its checksum checked before', () => {
    const checksum = createHash('sha256').update('x').digest('hex');
    const { build, ...others } = containers(request({ ...python, checksum: `sha256:${checksum}` }));
    assert.deepEqual(Object.keys(others), []);
    assert.deepEqual(build?.volumeMounts[0], {
      name: 'source',
      mountPath: '/kubeless/hello.py',
      subPath: 'function',
      readOnly: true,
    });
    assert.throws(() => request({ ...python, checksum: `sha256:${'a'.repeat(64)}` }), {
      reason: 'SourceFailed',
      message: /has the checksum sha256:2d711642/,
    });
    const exists = { dependencies: { image: 'docker://registry/deps:1', exists: true } };
    const installed = containers(request({ ...python, deps: 'a==1' }, exists));
    assert.deepEqual(Object.keys(installed), ['build']);
    assert.equal(installed['build']?.volumeMounts[1]?.mountPath, '/kubeless/requirements.txt');
    assert.ok(
      containers(request({ ...python, fileName: 'a/b.py' }))['prepare'],
      'names with folders are unpacked',
    );
  });

  test('an encoded file: unpacked from the ConfigMap, put on the runtime', () => {
    const of = request({
      ...python,
      'function-content-type': 'base64',
      checksum: `sha256:${'a'.repeat(64)}`,
    });
    const { prepare, build, ...others } = containers(of);
    assert.deepEqual(Object.keys(others), []);
    assert.deepEqual(prepare?.args, [
      '--file=/src/function',
      '--encoding=base64',
      '--archive=none',
      `--checksum=sha256:${'a'.repeat(64)}`,
      '--name=hello.py',
      '--dependencies-name=requirements.txt',
      '--output=/kubeless',
    ]);
    assert.deepEqual(build?.args, [
      `--runtime-image=docker://docker.io/kontain/python3.11@${digest}`,
      '--image=docker://registry/hello:1',
      '--function=/kubeless',
      '--env=MOD_NAME=hello',
      '--env=FUNC_HANDLER=handler',
      '--env=FUNC_RUNTIME=python3.11',
      '--env=KUBELESS_INSTALL_VOLUME=/kubeless',
      '--env=PYTHONPATH=/kubeless/lib/python3.11/site-packages:/kubeless',
    ]);
    assert.deepEqual(sourceConfigMap(of)?.data, { function: 'x' });
  });

  test('dependencies: installed apart, at the paths that they have in the image, without the credentials', () => {
    const dependencies = { image: 'docker://registry/deps:1', exists: false };
    const spec = { ...python, deps: 'a==1', build: { env: [{ name: 'PIP_INDEX_URL', value: 'u' }] } };
    const { prepare, install, build } = containers(request(spec, { dependencies }));
    assert.ok(prepare?.args.includes('--dependencies-output=/dependencies'));
    assert.deepEqual(install?.volumeMounts, [{ name: 'dependencies', mountPath: '/kubeless' }]);
    assert.match(install.args[0] ?? '', /^pip install/);
    const env = Object.fromEntries(install.env.map(({ name, value }) => [name, value]));
    assert.equal(env['PIP_INDEX_URL'], 'u');
    assert.equal(env['KUBELESS_DEPS_FILE'], '/kubeless/requirements.txt');
    assert.ok(build?.args.includes('--push-dependencies=docker://registry/deps:1'));
  });

  test('an archive with its dependency file is installed where it is', () => {
    const spec = { ...python, function: 'UEs=', 'function-content-type': 'base64+zip+deps' };
    const { prepare, install } = containers(request(spec));
    assert.ok(prepare?.args.includes('--encoding=base64') && prepare.args.includes('--archive=zip'));
    assert.deepEqual(install?.volumeMounts, [{ name: 'function', mountPath: '/kubeless' }]);
  });

  test('sources from elsewhere need no ConfigMap, and only a registry sees the credentials', () => {
    const cases = [
      {
        source: { url: 'https://a/b.zip', archive: 'zip' as const },
        args: ['--url=https://a/b.zip', '--archive=zip'],
      },
      {
        source: { git: { url: 'https://a/b', ref: 'v1', path: 'f' } },
        args: ['--git=https://a/b', '--git-ref=v1', '--git-path=f', '--archive=none'],
      },
      { source: { oci: 'docker://a/b' }, args: ['--oci=docker://a/b', '--archive=auto'] },
    ];
    for (const { source, args } of cases) {
      const of = request({ runtime: 'python3.11', handler: 'a.b', source });
      const { prepare } = containers(of);
      assert.deepEqual(prepare?.args.slice(0, args.length), args);
      assert.equal(sourceConfigMap(of), undefined);
      const seesCredentials = prepare.volumeMounts.some(({ mountPath }) => mountPath === '/docker');
      assert.equal(seesCredentials, 'oci' in source);
    }
  });

  test('no value of the author reaches a shell, and none is expanded by the pod', () => {
    const of = request({
      runtime: 'python3.11',
      handler: 'a.b',
      source: { url: "https://a/$(HOME)';id;'$$" },
    });
    const { prepare } = containers(of);
    assert.equal(prepare?.args[0], "--url=https://a/$$(HOME)';id;'$$$$");
  });

  test('the name is a label, whatever the name of the function', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/), (name) => {
        const of = request(python);
        const job = buildJob({ ...of, object: kubelessFunction(python, name) });
        assert.match(job.metadata.name ?? '', /^build-[a-z][-a-z0-9]*-[0-9a-f]{10}$/);
        assert.ok((job.metadata.name ?? '').length <= 63);
      }),
    );
  });

  test('what does not fit into an object says what to do', () => {
    const half = 'x'.repeat(600_000);
    const of = request({ ...python, function: half, deps: half });
    assert.throws(() => sourceConfigMap(of), { reason: 'InvalidSpec', message: /1 MiB.*spec\.source/s });
  });
});

suite('signature', () => {
  const signature = (spec: KubelessFunction['spec'], runtimeDigest = digest, data = {}) =>
    signatureOf(request(spec, {}, data).plan, runtimeDigest);

  test('everything that makes another image makes another signature', () => {
    const variants = [
      signature(python),
      signature({ ...python, function: 'y' }),
      signature({ ...python, handler: 'hello.other' }),
      signature({ ...python, runtime: 'nodejs24' }),
      signature({ ...python, deps: 'a' }),
      signature({ ...python, deps: 'a', build: { env: [{ name: 'A', value: '1' }] } }),
      signature({ ...python, checksum: createHash('sha256').update('x').digest('hex') }),
      signature({ ...python, 'function-content-type': 'base64' }),
      signature({ ...python, build: { revision: '2' } }),
      signature(python, `sha256:${'2'.repeat(64)}`),
    ];
    assert.equal(new Set(variants).size, variants.length);
  });

  test('an image of one’s own takes the place of the runtime’s, with or without its steps', () => {
    const plan = (spec: KubelessFunction['spec']) =>
      planBuild(kubelessFunction(spec), [], parseKubelessConfig(), 'own/base:1');
    const named = plan({ ...python, deps: 'a' });
    assert.equal(named.runtimeImage, 'docker://own/base:1');
    assert.equal(named.installation?.image, 'docker.io/kontain/python3.11-build');
    const custom = plan({ ...python, runtime: 'custom', deps: '' });
    assert.equal(custom.installation ?? custom.compilation, undefined);
    assert.deepEqual(custom.input.args, ['--archive=none', '--name=hello']);
    assert.deepEqual(plan({ handler: 'hello.handler', function: 'x' }).runtimeImage, custom.runtimeImage);
  });

  test('what is about running it makes none', () => {
    const same = [
      { timeout: '5' },
      { env: [{ name: 'A', value: '1' }] },
      { deps: '' },
      { resources: { memory: '1Gi' } },
      { 'function-content-type': 'text' },
      { build: { env: [{ name: 'A', value: '1' }], historyLimit: 3 } },
    ];
    for (const more of same) assert.equal(signature({ ...python, ...more }), signature(python));
  });

  test('an operator who changes a command builds again, but changes no source', () => {
    const deps = { ...python, deps: 'a' };
    const images = [
      { phase: 'installation', image: 'i', command: 'other' },
      { phase: 'runtime', image: 'kontain/python3.11' },
    ];
    const runtimes = [
      { ID: 'python', fileNameSuffix: '.py', depName: 'r', versions: [{ version: '3.11', images }] },
    ];
    const data = { 'runtime-images': JSON.stringify(runtimes) };
    assert.notEqual(signature(deps, digest, data), signature(deps));
    assert.equal(request(deps, {}, data).plan.source, request(deps).plan.source);
    assert.notEqual(dependenciesTag(request(deps, {}, data).plan), dependenciesTag(request(deps).plan));
  });
});

suite('plans that cannot be', () => {
  const cases: readonly [KubelessFunction['spec'], RegExp][] = [
    [{ runtime: 'python3.11', handler: 'a.b' }, /nothing to run; write a source/],
    [{ runtime: 'python3.11', function: 'x' }, /spec\.handler: is required/],
    [{ handler: 'a.b', function: 'x' }, /spec\.runtime: is required/],
    [{ ...python, function: 'ftp://a', 'function-content-type': 'url' }, /write a URL/],
  ];
  for (const [spec, message] of cases)
    test(String(message), () => assert.throws(() => request(spec), { name: 'ReconcileFailure', message }));
});
