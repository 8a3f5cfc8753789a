import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallDisk } from '../../test/helpers/small-disk.ts';

const module = new URL('log.ts', import.meta.url).href;

test('a full disk costs lines, and never the program', async () => {
  using disk = smallDisk('1m');
  const path = join(disk.path, 'program.log');
  const file = openSync(path, 'a');
  const script = `import { createLogger } from '${module}';
    const log = createLogger({ name: 'program' });
    const next = async (line) => { log.info({ line, text: 'x'.repeat(1000) }, 'said'); process.send(line); };
    process.on('message', next);
    log.info({}, 'begins');
    process.send('begins');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', file, 'ipc'],
  });
  const said = async () => ((await once(child, 'message')) as [unknown])[0];
  assert.equal(await said(), 'begins');
  disk.fill(); // the last page of the log may have room for some lines
  for (let line = 0; line < 20; line += 1) {
    child.send(line);
    assert.equal(await said(), line);
  }
  disk.free();
  child.send('last');
  assert.equal(await said(), 'last');
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  assert.match(lines[0] ?? '', /begins/);
  assert.match(lines.at(-1) ?? '', /last/);
  child.disconnect();
  await once(child, 'exit');
  closeSync(file);
});
