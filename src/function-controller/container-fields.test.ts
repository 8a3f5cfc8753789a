import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { kubelessSpec } from '../../test/fixtures/function-objects.ts';
import { containerFields } from './container-fields.ts';
import { FunctionFailure } from './failure.ts';

const deployment = (container: object) => ({ spec: { template: { spec: { containers: [container] } } } });

test('what Kubeless clients write', () => {
  assert.deepEqual(containerFields(kubelessSpec.deployment, {}), {
    image: undefined,
    command: undefined,
    args: undefined,
    env: [{ name: 'A', value: '1' }],
    files: [],
    memory: '128Mi',
    cpu: undefined,
    labels: {},
    annotations: {},
  });
  for (const nothing of [null, undefined, {}, { spec: { template: { spec: { containers: null } } } }])
    assert.deepEqual(containerFields(nothing, {}).env, []);
});

test('the configured default is under what the user says, and adds its variables once', () => {
  const base = deployment({
    image: 'base',
    env: [
      { name: 'A', value: 'base' },
      { name: 'B', value: 'base' },
    ],
    resources: { limits: { memory: '1Gi', cpu: '2' } },
  });
  const user = deployment({ env: [{ name: 'A', value: 'user' }], resources: { limits: { memory: '64Mi' } } });
  const fields = containerFields(user, base);
  assert.deepEqual(fields.env, [
    { name: 'A', value: 'user' },
    { name: 'B', value: 'base' },
  ]);
  assert.deepEqual([fields.memory, fields.cpu, fields.image], ['64Mi', '2', 'base']);
});

test('variables from Secrets and ConfigMaps; from Pods they are refused', () => {
  const secretKeyRef = { name: 's', key: 'k' };
  const env = [{ name: 'A', valueFrom: { secretKeyRef, fieldRef: null } }];
  assert.deepEqual(containerFields(deployment({ env }), {}).env, [
    { name: 'A', valueFrom: { secretKeyRef } },
  ]);
  const fromPod = [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }];
  assert.throws(() => containerFields(deployment({ env: fromPod }), {}), { message: /variable IP/ });
});

test('any value is taken or refused', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (user, base) => {
      try {
        containerFields(deployment({ env: user }), base);
      } catch (error) {
        assert.ok(error instanceof FunctionFailure);
      }
    }),
  );
});
