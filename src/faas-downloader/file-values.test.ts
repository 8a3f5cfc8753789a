import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileMount } from '../api/file-mount.ts';
import type { ReferencedObject } from './env-values.ts';
import { hashFiles, maxFiles, maxFilesBytes, resolveFiles } from './file-values.ts';

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

const objects: Record<string, ReferencedObject> = {
  'Secret/mail': { data: { token: base64('s3cret'), user: base64('me') } },
  'ConfigMap/settings': { data: { mode: 'fast' }, binaryData: { logo: base64(Buffer.from([0, 255])) } },
};

const reader = {
  secret: (name: string) => Promise.resolve(objects[`Secret/${name}`]),
  configMap: (name: string) => Promise.resolve(objects[`ConfigMap/${name}`]),
};

async function resolved(...mounts: FileMount[]) {
  const found = await resolveFiles(mounts, reader);
  return found.map(({ mountPath, files, hides }) => ({
    mountPath,
    hides,
    files: Object.fromEntries(
      [...files].map(([path, { mode, content }]) => [path, `${mode.toString(8)} ${content.toString('hex')}`]),
    ),
  }));
}

const hex = (text: string) => Buffer.from(text).toString('hex');
const mail = { secret: { name: 'mail' } };

test('all keys, some of them, of several', async () => {
  const items = [{ key: 'logo', path: 'img/logo.png', mode: 0o400 }];
  const sources = [mail, { configMap: { name: 'settings', items } }];
  assert.deepEqual(await resolved({ mountPath: '/a', sources, defaultMode: 0o440 }), [
    {
      mountPath: '/a',
      hides: true,
      files: { token: `440 ${hex('s3cret')}`, user: `440 ${hex('me')}`, 'img/logo.png': '400 00ff' },
    },
  ]);
});

test('a single file, or a folder, is all that a subPath takes', async () => {
  const items = [
    { key: 'token', path: 'x/token' },
    { key: 'user', path: 'user' },
  ];
  const sources = [{ secret: { name: 'mail', items } }];
  const subPaths = ['user', 'x'].map((subPath) => ({ mountPath: `/${subPath}`, sources, subPath }));
  assert.deepEqual(
    (await resolved(...subPaths)).map(({ files, hides }) => [Object.keys(files), hides]),
    [
      [[''], false],
      [['token'], true],
    ],
  );
  await assert.rejects(resolved({ mountPath: '/a', sources, subPath: 'z' }), /there is no z for \/a/);
});

test('what is missing is told by name, unless it is optional', async () => {
  const absent = (more: object) => ({ mountPath: '/a', sources: [{ secret: { name: 'absent', ...more } }] });
  await assert.rejects(resolved(absent({})), {
    reason: 'SecretNotFound',
    message: /Secret absent does not exist, but \/a needs it/,
  });
  assert.deepEqual(await resolved(absent({ optional: true })), [{ mountPath: '/a', hides: true, files: {} }]);
  const items = [{ key: 'nokey', path: 'x' }];
  const noKey = { mountPath: '/a', sources: [{ configMap: { name: 'settings', items } }] };
  await assert.rejects(resolved(noKey), { reason: 'ConfigMapNotFound', message: /has no key nokey/ });
});

/** Mounts of Secrets with so many keys each, of so many bytes in all. */
async function resolveKeys(keys: readonly number[], bytes: number): Promise<number> {
  const secrets = keys.map((count, index): ReferencedObject => {
    const first = index === 0 ? Buffer.alloc(bytes, 1) : Buffer.alloc(0);
    const entries = Array.from({ length: count }, (_, key) => [`k${key}`, base64(key === 0 ? first : '')]);
    return { data: Object.fromEntries(entries) as Record<string, string> };
  });
  const mounts = keys.map((_, index) => ({
    mountPath: `/${index}`,
    sources: [{ secret: { name: `${index}` } }],
  }));
  const many = { ...reader, secret: (name: string) => Promise.resolve(secrets[Number(name)]) };
  const found = await resolveFiles(mounts, many);
  return found.reduce((sum, { files }) => sum + files.size, 0);
}

test('as many files and bytes as are allowed, in one place or in several, and not one more', async () => {
  for (const keys of [[maxFiles], [1, maxFiles - 1], [400, 300, 300]])
    assert.equal(await resolveKeys(keys, maxFilesBytes), maxFiles);
  for (const keys of [[maxFiles + 1], [1, maxFiles], [400, 300, 301]])
    await assert.rejects(resolveKeys(keys, 1), {
      reason: 'InvalidSpec',
      message: /the files are 1001; at most 1000 files reach a function\. Name the keys .* in items/,
    });
  await assert.rejects(resolveKeys([2], maxFilesBytes + 1), {
    reason: 'InvalidSpec',
    message: /the files have 4194305 bytes together; at most 4194304 bytes/,
  });
});

test('a file that another one takes the place of does not count, the same one at two places counts twice', async () => {
  const half = base64(Buffer.alloc(maxFilesBytes / 2));
  const one = { ...reader, secret: () => Promise.resolve({ data: { a: half } }) };
  const sources = [{ secret: { name: 's' } }, { secret: { name: 's' } }, { secret: { name: 's' } }];
  const mount = (mountPath: string) => ({ mountPath, sources });
  await resolveFiles([mount('/a'), mount('/b')], one);
  await assert.rejects(resolveFiles([mount('/a'), mount('/b'), mount('/c')], one), { reason: 'InvalidSpec' });
});

test('the hash changes with content, mode and place', async () => {
  const hash = async (mount: FileMount) => hashFiles(await resolveFiles([mount], reader));
  const first = await hash({ mountPath: '/a', sources: [mail] });
  assert.equal(first, await hash({ mountPath: '/a', sources: [mail] }));
  const others = [
    await hash({ mountPath: '/b', sources: [mail] }),
    await hash({ mountPath: '/a', sources: [mail], defaultMode: 0o400 }),
    await hash({ mountPath: '/a', sources: [{ configMap: { name: 'settings' } }] }),
  ];
  assert.equal(new Set([first, ...others]).size, 4);
  assert.equal(hashFiles([]), undefined);
});
