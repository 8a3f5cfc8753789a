import { parseArgs } from 'node:util';
import { applyCrds } from '../embedded/setup/apply-crds.ts';
import { createKubeClient } from '../kube/client.ts';
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import { systemClock } from '../lib/clock.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { PlatformError, toPlatformError } from '../lib/errors.ts';
import { createLogger } from '../lib/log.ts';

const usage = `usage: embedded-setup --kubeconfig FILE --crds DIR
Puts the custom resource definitions of DIR into the API server and waits until it serves them.`;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { kubeconfig: text, crds: text } });
  if (values.kubeconfig === undefined || values.crds === undefined)
    throw new PlatformError('bad_request', usage);
  const log = createLogger({ name: 'embedded-setup', level: process.env['KONTAIN_LOG_LEVEL'] ?? 'info' });
  const connection = await loadKubeconfig(values.kubeconfig);
  const userAgent = 'kontain-embedded-setup/0.1.0';
  await using client = createKubeClient({ connection, clock: systemClock, random: Math.random, userAgent });
  const names = await applyCrds({ client, clock: systemClock, folder: values.crds, timeoutMs: 20_000 });
  log.info({ names }, 'definitions are served');
}

try {
  await main();
} catch (error) {
  const { code, message, hint } = toPlatformError(error);
  console.error(hint === undefined ? message : `${message}\n${hint}`);
  process.exitCode = errorCatalogue[code].exit;
}
