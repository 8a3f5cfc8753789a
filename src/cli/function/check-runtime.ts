import { PlatformError } from '../../lib/errors.ts';
import { nearestWord } from '../../lib/nearest-word.ts';
import type { Invocation } from '../command.ts';
import { readServerConfig, supportedRuntimes } from '../server-config.ts';

/** A runtime that the server does not have is told now and not by a build that fails. It may not say what it has. */
export async function checkRuntime({
  flags,
  io,
  session,
}: Pick<Invocation, 'flags' | 'io' | 'session'>): Promise<void> {
  const runtime = flags.text('runtime');
  if (runtime === undefined || runtime === 'custom' || flags.on('dryrun')) return;
  const known = await supportedRuntimes(await readServerConfig(await session.client(), io));
  if (known === undefined || known.includes(runtime)) return;
  const meant = known.find((name) => name.startsWith(runtime)) ?? nearestWord(runtime, known);
  throw new PlatformError(
    'bad_request',
    `Invalid runtime: ${runtime}. Supported runtimes are: ${known.join(', ')}`,
    meant === undefined ? {} : { hint: `Did you mean ${meant}?` },
  );
}
