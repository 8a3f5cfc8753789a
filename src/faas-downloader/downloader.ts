import type { Registry } from 'prom-client';
import { imageResource, type StoredImage } from '../api/image.ts';
import { runController, type Reconcile } from '../kube/controller.ts';
import type { KubeClient } from '../kube/client-types.ts';
import { EventRecorder } from '../kube/events.ts';
import { Informer } from '../kube/informer.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { DownloaderConfig } from './config.ts';
import { downloaderMetrics } from './downloader-metrics.ts';
import { openEnvironment } from './environment.ts';
import { runGarbageLoop, type GarbageLoopOptions } from './garbage-loop.ts';
import { imageSource } from './image-source.ts';
import { orphanSource } from './orphans.ts';
import { reconcileImage } from './reconcile-image.ts';
import { ReferencedObjects } from './referenced-objects.ts';
import { RegistryConnection } from '../oci/registry/registry-connection.ts';
import { startStatusServer, type StatusServer } from '../lib/http/status-server.ts';
import { statusWriter } from './status-writer.ts';

export interface DownloaderOptions {
  config: DownloaderConfig;
  client: KubeClient;
  registry: Registry;
  clock: Clock;
  random: () => number;
  log: Logger;
  /** Told once the Images are known; `port` is that of the status pages. */
  onReady: (port: number) => void;
}

const silenceLimitMs = 10 * 60_000;
/** Many, since most of the time they wait: for a registry, or for their turn to pull and unpack. */
const concurrency = 32;
const trustEmptyMs = 10 * 60_000;
/** A registry that is away is asked after about 1, 2, 4, … seconds, at last every 5 minutes. */
const backoff = { backoffBaseMs: 1000, backoffCapMs: 5 * 60_000 };

/** Runs faas-downloader until the signal aborts; resolves when all of it has ended. */
export async function runDownloader(options: DownloaderOptions, signal: AbortSignal): Promise<void> {
  const { config, client, clock, random, log, registry } = options;
  const root = config.KONTAIN_ROOT;
  const metrics = downloaderMetrics(registry);
  await using connection = new RegistryConnection({ isInsecure: () => true });
  const environment = await openEnvironment(config, { clock, metrics, connection });
  const informing = { client, clock, random, log };
  await using images = new Informer({ ...informing, resource: imageResource });
  await using references = new ReferencedObjects(
    (resource, namespace) => new Informer({ ...informing, resource, namespace }),
    clock,
  );
  await using status = await statusPages(options, images);
  const events = new EventRecorder({
    client,
    component: 'faas-downloader',
    host: config.NODE_NAME,
    clock,
    log,
  });
  const reconcile: Reconcile = reconcileImage({
    images,
    environment,
    references,
    writeStatus: statusWriter({ client, node: config.NODE_NAME, clock }),
    events,
    metrics,
    refreshMs: config.KONTAIN_REFRESH_SECONDS * 1000,
    clock,
    log,
  });
  const sources = [
    imageSource(images),
    references.source,
    orphanSource({ root, images, clock, log, trustEmptyMs }),
  ];
  images.start();
  const garbage = runGarbageLoop(garbageOptions(config, { ...environment, clock, metrics, log }), signal);
  const controller = {
    name: 'image',
    reconcile,
    sources,
    concurrency,
    clock,
    random,
    log,
  };
  const running = runController({ ...controller, ...backoff, metrics: metrics.controller }, signal);
  await Promise.race([images.synced, running]);
  if (!signal.aborted) options.onReady(status.port);
  await Promise.all([running, garbage]);
  await events.flush();
}

function garbageOptions(
  config: DownloaderConfig,
  parts: Pick<GarbageLoopOptions, 'root' | 'guard' | 'clock' | 'metrics' | 'log'>,
): GarbageLoopOptions {
  return {
    ...parts,
    intervalMs: config.KONTAIN_GC_SECONDS * 1000,
    graceMs: config.KONTAIN_GRACE_SECONDS * 1000,
    leaseStaleMs: config.KONTAIN_LEASE_STALE_SECONDS * 1000,
  };
}

function statusPages(
  { config, registry, clock }: DownloaderOptions,
  images: Informer<StoredImage>,
): Promise<StatusServer> {
  return startStatusServer({
    host: config.KONTAIN_DOWNLOADER_HOST,
    port: config.KONTAIN_DOWNLOADER_PORT,
    registry,
    notReady: () => (images.lastSignOfLife() > 0 ? undefined : 'the Images have not been read yet'),
    unhealthy: () => {
      const last = images.lastSignOfLife();
      return last > 0 && clock.now() - last > silenceLimitMs ? 'the API server is silent' : undefined;
    },
  });
}
