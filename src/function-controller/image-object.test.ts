import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goodFunctions } from '../../test/fixtures/function-objects.ts';
import { kubelessFunction } from '../../test/helpers/kubeless-function.ts';
import { functionKind, type KubelessFunction } from '../api/function.ts';
import { parseKubelessConfig } from '../api/kubeless-config/kubeless-config.ts';
import { validate, validateImage } from '../api/validate.ts';
import { containerFields } from './container-fields.ts';
import { imageObject } from './image-object.ts';
import { serviceObject } from './service-object.ts';

const built = { image: `docker://r/hello@sha256:${'1'.repeat(64)}`, pullSecrets: [], built: true };

test('every good Function makes a good Image', () => {
  for (const [what, spec] of Object.entries(goodFunctions)) {
    const result = validate(functionKind, kubelessFunction(spec as KubelessFunction['spec']));
    assert.ok(result.ok, what);
    const container = containerFields(result.value.spec.deployment, {});
    for (const served of [built, { ...built, built: false }]) {
      const image = validateImage(imageObject(result.value, container, served));
      assert.ok(image.ok, `${what}: ${JSON.stringify(image)}`);
    }
  }
});

test('what the author writes is stronger than the Deployment, and that than ours', () => {
  const deployment = {
    spec: {
      template: { spec: { containers: [{ env: [{ name: 'FUNC_TIMEOUT', value: 'd' }], command: ['d'] }] } },
    },
  };
  const object = kubelessFunction({
    deployment,
    command: ['own'],
    env: [{ name: 'A', value: 'own' }],
    timeout: '1m',
  });
  const image = imageObject(object, containerFields(deployment, {}), built);
  assert.deepEqual(image.spec, {
    image: built.image,
    command: ['own'],
    env: [
      { name: 'FUNC_TIMEOUT', value: 'd' },
      { name: 'FUNC_MEMORY_LIMIT', value: '0' },
      { name: 'A', value: 'own' },
    ],
    timeout: '1m',
  });
  assert.deepEqual(image.metadata.labels, { team: 'a', 'created-by': 'kubeless', function: 'hello' });
});

test('labels and annotations of the Deployment are on the Image, those of the Function and ours over them', () => {
  const metadata = {
    labels: { team: 'd', function: 'd', tier: 'd' },
    annotations: { 'a.b/c': 'd', own: 'd' },
  };
  const defaults = { metadata: { labels: { tier: 'x', all: 'x' }, annotations: { 'a.b/c': 'x' } } };
  const object = kubelessFunction({ deployment: { metadata } });
  object.metadata.annotations = { own: 'own' };
  const image = imageObject(object, containerFields({ metadata }, defaults), built);
  assert.deepEqual(image.metadata.labels, {
    team: 'a',
    'created-by': 'kubeless',
    function: 'hello',
    tier: 'd',
    all: 'x',
  });
  assert.deepEqual(image.metadata.annotations, { 'a.b/c': 'd', own: 'own' });
});

test('labels and annotations of the Deployment that no object can have are refused with their place', () => {
  for (const [metadata, message] of [
    [{ labels: { a: 'b c' } }, /^spec\.deployment: metadata\.labels\.a: write letters/],
    [{ labels: { 'a b': 'c' } }, /^spec\.deployment: metadata\.labels\.a b: /],
    [{ annotations: { 'A_/x': 'c' } }, /^spec\.deployment: metadata\.annotations\./],
    [{ annotations: { a: 1 } }, /^spec\.deployment: metadata\.annotations\.a: /],
  ] as const)
    assert.throws(() => containerFields({ metadata }, {}), { reason: 'InvalidSpec', message });
});

test('an image of the author gets module, handler and port as Kubeless gives them', () => {
  const service = { ports: [{ port: 80, targetPort: 9000 }] };
  const object = kubelessFunction({ handler: 'a.b', service });
  const { spec } = imageObject(object, containerFields(undefined, {}), { ...built, built: false });
  const { env, port } = spec as { env: { name: string; value: string }[]; port: number };
  assert.equal(port, 9000);
  assert.deepEqual(
    env.slice(2).map(({ name, value }) => `${name}=${value}`),
    ['FUNC_PORT=9000', 'MOD_NAME=a', 'FUNC_HANDLER=b'],
  );
});

test('a Service selects the data plane in its namespace, and is an alias of it elsewhere', () => {
  const config = parseKubelessConfig().dataPlane;
  const service = (namespace: string, spec: KubelessFunction['spec'] = {}) =>
    serviceObject(kubelessFunction(spec), { namespace, config, clusterDomain: 'cluster.local' }).spec;
  const ports = [{ name: 'http-function-port', port: 8080, protocol: 'TCP', targetPort: 8080 }];
  assert.deepEqual(service('default'), { type: 'ClusterIP', selector: { kontain: 'faas-server' }, ports });
  assert.deepEqual(service('kubeless'), {
    type: 'ExternalName',
    externalName: 'kontain-faas-server.kubeless.svc.cluster.local',
    ports,
  });
  const own = service('default', { service: { ports: [{ name: 'web', port: 80, targetPort: 9000 }] } });
  assert.deepEqual((own as { ports: unknown }).ports, [
    { name: 'web', port: 80, protocol: 'TCP', targetPort: 8080 },
  ]);
});
