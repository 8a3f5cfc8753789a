import { parseArgs } from 'node:util';
import { runRegistry } from '../embedded/registry/run-registry.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { PlatformError, toPlatformError } from '../lib/errors.ts';
import { onStopSignal } from '../lib/stop-signals.ts';

const usage =
  'usage: embedded-registry --folder FOLDER --port PORT --auth-file FILE [--program docker-registry]';

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const flags = {
    folder: { type: 'string' },
    port: { type: 'string' },
    'auth-file': { type: 'string' },
    program: { type: 'string', default: 'docker-registry' },
  } as const;
  const { folder, program, 'auth-file': authFile, ...values } = parseArgs({ args, options: flags }).values;
  const port = Number(values.port);
  if (folder === undefined || authFile === undefined || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw new PlatformError('bad_request', usage);
  const stop = new AbortController();
  onStopSignal(process, () => stop.abort());
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const onReady = (port: number): void => console.log(JSON.stringify({ ready: true, port }));
  const onWarning = (message: string): void => console.error(`embedded-registry: ${message}`);
  const more = {
    env: Object.fromEntries(entries),
    clock,
    onReady,
    onWarning,
    uploadIdleMs: uploadIdleMs(env),
  };
  await runRegistry({ folder, port, authFile, program, ...more }, stop.signal);
}

/** Longer than any sender that is alive keeps silent; each such time all repositories are looked through. */
function uploadIdleMs({ KONTAIN_UPLOAD_IDLE_SECONDS: text = '3600' }: NodeJS.ProcessEnv): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text) * 1000;
  throw new PlatformError('bad_request', 'KONTAIN_UPLOAD_IDLE_SECONDS is no whole number from 1');
}

try {
  await main(process.argv.slice(2), process.env);
} catch (error) {
  const { code, message, hint } = toPlatformError(error);
  console.error(`embedded-registry: ${message}${hint === undefined ? '' : `\n${hint}`}`);
  process.exitCode = errorCatalogue[code].exit;
}
