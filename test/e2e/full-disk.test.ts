import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statfsSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { functionResource, type StoredFunction } from '../../src/api/function.ts';
import { eventually } from '../helpers/eventually.ts';
import { serve } from '../helpers/serve.ts';
import { sourceDeploys, type SourceDeploys } from '../helpers/source-deploys.ts';

const MiB = 1024 * 1024;
/** Less than the source below takes, more than all else that a deploy writes. */
const leftBytes = 24 * MiB;
const sourceBytes = 40 * MiB;

const readyOf = ({ status }: StoredFunction) => status?.conditions?.find(({ type }) => type === 'Ready');

suite('A disk that a build fills', () => {
  const disk = mkdtempSync(join(tmpdir(), 'kontain-disk-'));
  const filler = join(disk, 'filler');
  const usualTmp = process.env['TMPDIR'];
  let it: SourceDeploys;

  before(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3g,mode=755', 'tmpfs', disk]);
    process.env['TMPDIR'] = disk;
    it = await sourceDeploys();
  });
  after(async () => {
    await it[Symbol.asyncDispose]();
    if (usualTmp === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usualTmp;
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  function archive(): Buffer {
    const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    archive.writestr("disk.py", "def handler(event, context):\\n    return 'after'\\n")
    archive.writestr("data", sys.stdin.buffer.read())
`;
    const path = join(tmpdir(), 'source.zip');
    execFileSync('python3', ['-c', script, path], { input: randomBytes(sourceBytes) });
    const content = readFileSync(path);
    unlinkSync(path);
    return content;
  }

  function fill(): void {
    const { bavail, bsize } = statfsSync(disk);
    execFileSync('fallocate', ['--length', String(bavail * bsize - leftBytes), filler]);
  }

  test('is said, the version of before serves on, and the deploy succeeds once there is room', async () => {
    assert.equal((await it.answer('disk', 'before')).exit, 0);
    const content = archive();
    fill();
    await using server = await serve(() => content, {}, it.sourcePort);
    await it.client.mergePatch(
      functionResource,
      { namespace: 'default', name: 'disk' },
      { spec: { function: `${server.url}/source.zip`, 'function-content-type': 'url+zip', checksum: '' } },
    );
    const failed = await it.until('disk', 'DiskFull');
    assert.match(
      readyOf(failed)?.message ?? '',
      /(to keep room on its disk|disk of the build is full)\..*Free s.*version of before is still served/,
    );
    await eventually('an event says so', async () =>
      (await it.events('disk')).some((event) => event.startsWith('DiskFull:')),
    );
    assert.deepEqual(await it.call('disk'), { status: 200, body: 'before' });
    rmSync(filler);
    const isServed = async (): Promise<boolean> => (await it.call('disk')).body === 'after';
    await eventually('the new version is served', isServed, 180_000);
    await it.nothingBuilds('disk');
  });
});
