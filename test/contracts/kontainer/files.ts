import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';
import type { KontainerSpec } from '../../../src/kontainer/spec.ts';
import { fileTree } from '../../../src/faas-downloader/file-tree.ts';
import type { ResolvedMount } from '../../../src/faas-downloader/file-values.ts';
import { writeBundleFiles } from '../../../src/oci/bundle-files.ts';
import { call, fields } from '../../helpers/kontainer-call.ts';
import type { TestDriver } from '../../helpers/kontainer-driver.ts';
import { programLayer } from '../../helpers/probe-spec.ts';
import type { CurrentDriver } from './current-driver.ts';

const mounts: ResolvedMount[] = [
  mount('/etc/mail', { token: ['s3cret', 0o400], 'deep/down/key': ['k', 0o444] }),
  mount('/mail', { token: ['other', 0o400] }),
  { ...mount('/bin/settings', { '': ['fast', 0o444] }), hides: false },
];

function mount(mountPath: string, files: Record<string, [string, number]>): ResolvedMount {
  const values = Object.entries(files).map(
    ([path, [text, mode]]) => [path, { mode, content: Buffer.from(text) }] as const,
  );
  return { mountPath, files: new Map(values), hides: true };
}

const users = {
  'an ordinary user': { uid: 1000, gid: 1000, groups: [] },
  'root inside': { uid: 0, gid: 0, groups: [] },
};

/** Files of Secrets and ConfigMaps: there for each call, for nobody else, and not to be changed. */
export function filesContract(current: CurrentDriver): void {
  for (const [who, user] of Object.entries(users)) {
    test(`${who} reads its files at their places, and cannot change them`, async () => {
      const files = await writeFiles(current(), user);
      await using probe = current().function({ user, files: 'hash' }, files);
      for (let turn = 0; turn < 2; turn++) {
        const read = async (path: string) => (await call(probe, `file ${path}`)).text;
        assert.equal(await read('/etc/mail/token'), 's3cret');
        assert.equal(await read('/etc/mail/deep/down/key'), 'k');
        assert.equal(await read('/mail/token'), 'other');
        assert.equal(await read('/bin/settings'), 'fast');
        assert.match(await read('/etc/hosts'), /localhost/);
        for (const path of ['/etc/mail/token', '/etc/mail/new', '/mail/new']) {
          const { open } = fields((await call(probe, `write ${path}`)).text);
          assert.ok(open === 'EROFS' || open === 'EACCES', `${path}: ${open}`);
        }
      }
    });
  }

  test('files belong to the user of the call: another cannot read them', async () => {
    const files = await writeFiles(current(), users['an ordinary user']);
    await using other = current().function({ user: { uid: 1001, gid: 1001, groups: [] } }, files);
    assert.deepEqual(fields((await call(other, 'file /mail/token')).text), { error: 'EACCES' });
  });

  test('a function without files sees none of another', async () => {
    const user = users['an ordinary user'];
    await using probe = current().function({ user }, await writeFiles(current(), user));
    await using other = current().function({ user, name: 'other' });
    await call(probe, 'file /mail/token');
    assert.deepEqual(fields((await call(other, 'file /mail/token')).text), { error: 'ENOENT' });
  });
}

let count = 0;

async function writeFiles({ options, start }: TestDriver, user: KontainerSpec['user']): Promise<string> {
  const { layers, idBase } = options;
  const image = { path: join(layers, programLayer.replace('sha256:', ''), 'fs'), opaque: new Set<string>() };
  const folder = join(layers, '..', `files-${(count += 1)}`);
  const tree = await fileTree(mounts, { spec: { user, start }, layers: [image], idBase });
  await writeBundleFiles(folder, { tree });
  return folder;
}
