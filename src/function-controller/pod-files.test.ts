import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { containerFields } from './container-fields.ts';
import { FunctionFailure } from './failure.ts';

const deployment = (volumes: unknown, volumeMounts: unknown) => ({
  spec: { template: { spec: { containers: [{ volumeMounts }], volumes } } },
});

const filesOf = (volumes: unknown, volumeMounts: unknown) =>
  containerFields(deployment(volumes, volumeMounts), undefined).files;

const at = (name: string, mountPath = `/${name}`) => ({ name, mountPath, subPath: null });

test('volumes of Secrets and ConfigMaps, projected ones too', () => {
  const items = [{ key: 'k', path: 'd/k', mode: 256 }];
  const volumes = [
    { name: 's', secret: { secretName: 'mail', defaultMode: 256, optional: null } },
    { name: 'c', configMap: { name: 'settings', items, optional: true } },
    { name: 'p', projected: { sources: [{ secret: { name: 'a' } }, { configMap: { name: 'b', items } }] } },
    { name: 'unused', hostPath: { path: '/' } },
  ];
  const mounts = [at('s', '/s/'), { ...at('c', '/etc/k'), subPath: 'd/k' }, at('p')];
  assert.deepEqual(filesOf(volumes, mounts), [
    { mountPath: '/s', sources: [{ secret: { name: 'mail' } }], defaultMode: 256 },
    {
      mountPath: '/etc/k',
      subPath: 'd/k',
      sources: [{ configMap: { name: 'settings', items, optional: true } }],
    },
    { mountPath: '/p', sources: [{ secret: { name: 'a' } }, { configMap: { name: 'b', items } }] },
  ]);
});

test("the user's mounts are stronger than those of kubeless-config", () => {
  const configured = deployment([{ name: 'c', configMap: { name: 'base' } }], [at('c'), at('c', '/other')]);
  const own = deployment([{ name: 'c', configMap: { name: 'own' } }], [at('c')]);
  const files = containerFields(own, configured).files;
  assert.deepEqual(
    files.map(({ mountPath, sources }) => [mountPath, sources[0]?.configMap?.name]),
    [
      ['/c', 'own'],
      ['/other', 'base'],
    ],
  );
});

test('an empty folder in memory is what every call has in /tmp', () => {
  const volumes = [{ name: 'e', emptyDir: {} }];
  assert.deepEqual(filesOf(volumes, [at('e', '/tmp'), at('e', '/dev/shm/')]), []);
  assert.throws(() => filesOf(volumes, [at('e', '/cache')]), { reason: 'Unsupported', message: /\/tmp/ });
});

test('other kinds are refused by name, and what makes no sense with its place', () => {
  for (const [volume, message] of [
    [{ hostPath: { path: '/' } }, /volume v at \/v: a volume of kind hostPath/],
    [{ persistentVolumeClaim: { claimName: 'x' } }, /persistentVolumeClaim/],
    [{ projected: { sources: [{ serviceAccountToken: {} }] } }, /projected serviceAccountToken/],
  ] as const)
    assert.throws(() => filesOf([{ name: 'v', ...volume }], [at('v')]), { reason: 'Unsupported', message });
  const volumes = [{ name: 'v', secret: { secretName: 's' } }];
  assert.throws(() => filesOf(volumes, [at('w')]), { reason: 'InvalidSpec', message: /no such volume/ });
  assert.throws(() => filesOf(volumes, [at('v', '/a/../b')]), {
    reason: 'InvalidSpec',
    message: /absolute path/,
  });
  const many = Array.from({ length: 17 }, (_, index) => at('v', `/v${index}`));
  assert.throws(() => filesOf(volumes, many), { reason: 'InvalidSpec' });
});

test('any volumes and mounts are taken or refused', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (volume, mount) => {
      try {
        filesOf([{ name: 'v', ...(volume as object) }], [at('v'), mount]);
      } catch (error) {
        assert.ok(error instanceof FunctionFailure, String(error));
      }
    }),
  );
});
