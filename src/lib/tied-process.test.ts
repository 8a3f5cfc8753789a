import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../../test/helpers/eventually.ts';
import { processesBelow, processInfo } from '../../test/helpers/processes.ts';
import { tiedCommand } from './tied-process.ts';

const module = new URL('tied-process.ts', import.meta.url).href;

/** A parent that starts a sleeper, prints its number, and then runs `end`. */
function parentScript(end: string): string {
  return `import { spawn } from 'node:child_process';
    import { writeSync } from 'node:fs';
    import { tiedCommand } from '${module}';
    const [program, ...args] = tiedCommand('TERM', ['sleep', '600'], process.pid);
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    writeSync(1, String(child.pid));
    ${end}`;
}

const alive = (pid: number): boolean => ![undefined, 'Z'].includes(processInfo(pid)?.state);

/** In a folder for the PATH: as if the processor were busy, it asks for the signal when its parent is dead already. */
function slowSetpriv(folder: string): string {
  const script = `#!/bin/sh
    for parent; do case $parent in *[!0-9]*) ;; *) break;; esac; done
    while kill -0 "$parent" 2> /dev/null; do sleep 0.01; done
    exec ${execFileSync('sh', ['-c', 'command -v setpriv'], { encoding: 'utf8' }).trim()} "$@"`;
  writeFileSync(join(folder, 'setpriv'), script, { mode: 0o755 });
  return `${folder}:${process.env['PATH']}`;
}

test('no process outlives a parent that dies just when it has started it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'setpriv-'));
  const env = { PATH: slowSetpriv(folder) };
  const script = parentScript(`process.kill(process.pid, 'SIGKILL')`);
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
  const { stdout } = (await run.catch((error: unknown) => error)) as { stdout: string };
  await eventually('the sleeper ends', () => !alive(Number(stdout)));
  rmSync(folder, { recursive: true });
});

test('nor one that dies later', async () => {
  const script = parentScript('setInterval(() => undefined, 1000)');
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  const { pid = 0 } = parent;
  const sleeper = await eventually('it sleeps', () =>
    processesBelow(pid).find(({ comm }) => comm === 'sleep'),
  );
  parent.kill('SIGKILL');
  await eventually('the sleeper ends', () => !alive(sleeper.pid));
});

test('the program is what was asked for, with its arguments as they are', async () => {
  const [program, ...args] = tiedCommand(
    'KILL',
    ['printf', '%s|', 'two words', '$HOME', '', '--'],
    process.pid,
  );
  const { stdout } = await promisify(execFile)(program, args);
  assert.equal(stdout, 'two words|$HOME||--|');
  const own = tiedCommand('KILL', ['cat', '/proc/self/cmdline'], process.pid);
  const shown = await promisify(execFile)(own[0], own.slice(1));
  assert.equal(shown.stdout, 'cat\0/proc/self/cmdline\0', 'nothing of ours stays between the two');
});
