import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlatformError } from '../../lib/errors.ts';
import { findRuntime, phaseImage, runtimeNames } from './find-runtime.ts';
import { parseKubelessConfig, unknownConfigKeys } from './kubeless-config.ts';
import { parseRuntimeImages } from './runtime-images.ts';

test('nothing said: our runtimes, verified registries', () => {
  const config = parseKubelessConfig();
  assert.deepEqual(runtimeNames(config.runtimes), [
    'python3.11',
    'nodejs24',
    'ruby3.1',
    'perl5.36',
    'php8.2',
    'go1.19',
    'java17',
    'cgi',
  ]);
  assert.equal(config.registryTlsVerify, true);
  assert.equal(config.functionRegistry, undefined);
  assert.equal(config.buildTimeoutMs, 900_000);
});

test('a key that nothing reads is told, with what may have been meant', () => {
  assert.deepEqual(unknownConfigKeys({ 'build-concurency': '2', 'build-timeout': '1m', zebra: '' }), [
    'build-concurency is no key of kubeless-config and has no effect: did you mean build-concurrency?',
    'zebra is no key of kubeless-config and has no effect',
  ]);
  assert.deepEqual(unknownConfigKeys(), []);
});

test('a ConfigMap as Kubeless ships it', () => {
  const data = {
    'builder-image': 'kubeless/function-image-builder:latest',
    'builder-image-secret': '',
    deployment: '{}',
    'enable-build-step': 'false',
    'function-registry-tls-verify': 'true',
    'ingress-enabled': 'false',
    'provision-image':
      'kubeless/unzip@sha256:e867f9b366ffb1a25f14baf83438db426ced4f7add56137b7300d32507229b5a',
    'provision-image-secret': '',
    'service-type': 'ClusterIP',
    'runtime-images': `[
      {"ID": "python", "depName": "requirements.txt", "fileNameSuffix": ".py", "versions": [
        {"name": "python38", "version": "3.8", "images": [
          {"phase": "installation", "image": "python:3.8", "command": "pip install"},
          {"phase": "runtime", "image": "kubeless/python", "env": {"PYTHONPATH": "$(KUBELESS_INSTALL_VOLUME)/lib"}},
        ], "imagePullSecrets": [{"ImageSecret": "s"}]},
      ]},
    ]`,
  };
  assert.deepEqual(unknownConfigKeys(data), []);
  const config = parseKubelessConfig(data);
  const { runtime, version, image } = findRuntime(config.runtimes, 'python3.8');
  assert.equal(runtime.fileNameSuffix, '.py');
  assert.deepEqual(version.imagePullSecrets, [{ imageSecret: 's' }]);
  assert.deepEqual(image.env, { PYTHONPATH: '$(KUBELESS_INSTALL_VOLUME)/lib' });
  assert.equal(phaseImage(version, 'installation')?.command, 'pip install');
  assert.deepEqual(config.buildImageSecrets, []);
});

test('keys of ours', () => {
  const config = parseKubelessConfig({
    'function-registry': 'docker://127.0.0.1:5000/functions/',
    'function-registry-tls-verify': 'false',
    'runtime-registry': '127.0.0.1:5000/kontain',
    'build-concurrency': '2',
    'build-timeout': '5m',
    'data-plane-selector': 'a=b, c=d',
    'data-plane-url': 'http://127.0.0.1:8080/',
    'provision-image-secret': 's',
    'builder-image-secret': 's',
  });
  assert.equal(config.functionRegistry, '127.0.0.1:5000/functions');
  assert.equal(findRuntime(config.runtimes, 'nodejs24').image.image, '127.0.0.1:5000/kontain/nodejs24');
  assert.deepEqual(config.dataPlane.selector, { a: 'b', c: 'd' });
  assert.equal(config.dataPlane.url, 'http://127.0.0.1:8080');
  assert.deepEqual(config.buildImageSecrets, ['s']);
  assert.equal(config.buildTimeoutMs, 300_000);
});

test('refusals say the key and what to write', () => {
  const cases: readonly [Record<string, string>, RegExp][] = [
    [{ deployment: '[]' }, /deployment: write the parts of a Deployment/],
    [{ deployment: 'a: [' }, /deployment: /],
    [{ 'build-concurrency': '0' }, /build-concurrency: write a whole number/],
    [{ 'build-timeout': 'long' }, /no duration; write/],
    [{ 'function-registry': 'a b' }, /function-registry: write a registry/],
    [{ 'data-plane-url': '127.0.0.1:8080' }, /data-plane-url: write scheme, host and port/],
    [{ 'data-plane-selector': 'x' }, /data-plane-selector: write labels/],
    [
      { 'runtime-images': '[{ID: "py3", versions: []}]' },
      /runtime-images cannot be used: \[0\]\.ID: write letters/,
    ],
    [
      { 'runtime-images': '[{ID: py, versions: [{version: "1", images: [{phase: run, image: a}]}]}]' },
      /phase/,
    ],
    [{ 'runtime-images': '{' }, /runtime-images cannot be used/],
  ];
  for (const [data, message] of cases)
    assert.throws(() => parseKubelessConfig(data), { code: 'invalid', message });
});

test('runtimes are found by name and version, or the names are told', () => {
  const { runtimes } = parseKubelessConfig();
  assert.throws(() => findRuntime(runtimes, 'cobol1'), {
    message: 'Unable to find cobol1 as runtime.',
    hint: 'Available runtimes are: python3.11, nodejs24, ruby3.1, perl5.36, php8.2, go1.19, java17, cgi.',
  });
  assert.throws(() => findRuntime(runtimes, 'python10'), {
    message: 'The given runtime and version python10 is not valid.',
    hint: 'Available runtimes are: python3.11.',
  });
  assert.equal(findRuntime(runtimes, 'cgi').version.version, '');
  const noImage = parseRuntimeImages('[{ID: a, versions: [{version: "1", images: []}]}]');
  assert.throws(() => findRuntime(noImage, 'a1'), { code: 'invalid' });
});

test('any text is a list or refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      try {
        parseRuntimeImages(text);
      } catch (error) {
        assert.ok(error instanceof PlatformError && error.code === 'invalid');
      }
    }),
  );
});
