import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../cli/cli.ts';
import { watchOutput } from '../cli/output-failure.ts';
import { systemClock } from '../lib/clock.ts';
import { PlatformError } from '../lib/errors.ts';
import { onStopSignal } from '../lib/stop-signals.ts';

const root = join(import.meta.dirname, '../..');

const stop = new AbortController();
onStopSignal(process, () => stop.abort());
// Who reads our messages may go: what the command ends with stays the same.
process.stderr.on('error', () => undefined);
const output = watchOutput(process.stdout, process.stderr, () => stop.abort());

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    const hint = 'Change to one that is there.';
    throw new PlatformError('bad_request', 'the current folder was deleted', { hint, cause });
  }
}

const exit = await runCli(process.argv.slice(2), {
  // Opened by the first command that reads it.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  get cwd() {
    return currentFolder();
  },
  root,
  version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
  clock: systemClock,
  random: Math.random,
  newId: randomUUID,
  signal: stop.signal,
});
process.exitCode = output.exitCode(exit);
// What was written last may fail after that.
process.on('exit', () => {
  process.exitCode = output.exitCode(exit);
});
