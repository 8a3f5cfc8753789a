import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

// Compiled code of the last run: half of the time of a start. Before anything else is loaded.
const cache = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '', '.cache');
if (cache.startsWith('/')) enableCompileCache(join(cache, 'kubeless'));

const { runCli } = await import('../cli/cli.ts');
const { systemClock } = await import('../lib/clock.ts');
const { onStopSignal } = await import('../lib/stop-signals.ts');

const stop = new AbortController();
onStopSignal(process, () => stop.abort());
// `kubeless function list | head -1` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await runCli(process.argv.slice(2), {
  // Opened by the first command that reads it.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  root,
  version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
  clock: systemClock,
  random: Math.random,
  newId: randomUUID,
  signal: stop.signal,
});
