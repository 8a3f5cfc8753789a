import { parseArgs } from 'node:util';
import { applyCrds } from '../embedded/setup/apply-crds.ts';
import { applyPlatform } from '../embedded/setup/platform-objects.ts';
import { platformImages, pushImages } from '../embedded/setup/push-images.ts';
import type { KubeClient } from '../kube/client-types.ts';
import { createKubeClient } from '../kube/client.ts';
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import { systemClock } from '../lib/clock.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { PlatformError, toPlatformError } from '../lib/errors.ts';
import { createLogger, type Logger } from '../lib/log.ts';
import { readAuthFiles, type RegistryAuths } from '../oci/registry-auth.ts';

const usage = `usage: embedded-setup --kubeconfig FILE --crds DIR [--registry HOST:PORT --images DIR --samples DIR --port PORT]
Puts the custom resource definitions of DIR into the API server and waits until it serves them; with a registry also the
platform's images into it, and the configuration that names them into the API server. --port is that of the calls.`;

interface Platform {
  registry: string;
  images: string;
  samples: string;
  port: number;
  auths: RegistryAuths;
}

async function setUpPlatform(
  client: KubeClient,
  { registry, images, samples, port, auths }: Platform,
  log: Logger,
): Promise<void> {
  const names = platformImages(images, samples);
  const { signal } = new AbortController();
  const digests = await pushImages({ folder: images, names, registry, auths, signal });
  await applyPlatform({ client, registry, port, digests });
  log.info({ images: names }, 'the platform is configured');
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const options = { kubeconfig: text, crds: text, registry: text, images: text, samples: text, port: text };
  const { kubeconfig, crds, registry, images, samples, port } = parseArgs({ options }).values;
  if (kubeconfig === undefined || crds === undefined) throw new PlatformError('bad_request', usage);
  const log = createLogger({ name: 'embedded-setup', level: process.env['KONTAIN_LOG_LEVEL'] ?? 'info' });
  const connection = await loadKubeconfig(kubeconfig);
  const userAgent = 'kontain-embedded-setup/0.1.0';
  await using client = createKubeClient({ connection, clock: systemClock, random: Math.random, userAgent });
  const names = await applyCrds({ client, clock: systemClock, folder: crds, timeoutMs: 20_000 });
  log.info({ names }, 'definitions are served');
  if (registry === undefined) return;
  if (images === undefined || samples === undefined) throw new PlatformError('bad_request', usage);
  const auths = await readAuthFiles(process.env['KONTAIN_REGISTRY_AUTH']);
  await setUpPlatform(client, { registry, images, samples, port: Number(port), auths }, log);
}

try {
  await main();
} catch (error) {
  const { code, message, hint } = toPlatformError(error);
  console.error(hint === undefined ? message : `${message}\n${hint}`);
  process.exitCode = errorCatalogue[code].exit;
}
