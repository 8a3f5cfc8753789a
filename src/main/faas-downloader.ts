import { Registry } from 'prom-client';
import { parseConfig, type DownloaderConfig } from '../faas-downloader/config.ts';
import { runDownloader } from '../faas-downloader/downloader.ts';
import { createKubeClient } from '../kube/client.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { inClusterConnection } from '../kube/in-cluster.ts';
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { toPlatformError } from '../lib/errors.ts';
import { createLogger } from '../lib/log.ts';
import { collectProcessMetrics } from '../lib/process-metrics.ts';
import { onStopSignal } from '../lib/stop-signals.ts';

function connect(config: DownloaderConfig, env: NodeJS.ProcessEnv): Promise<KubeConnection> {
  if (config.KUBECONFIG !== undefined) return loadKubeconfig(config.KUBECONFIG);
  return inClusterConnection({ host: env['KUBERNETES_SERVICE_HOST'], port: env['KUBERNETES_SERVICE_PORT'] });
}

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  process.umask(0o022); // Kontainers, whose root is nobody here, read what we write
  const config = parseConfig(args, env);
  const log = createLogger({ name: 'faas-downloader', level: config.KONTAIN_LOG_LEVEL });
  const registry = new Registry();
  collectProcessMetrics(registry);
  const random = Math.random;
  const connection = await connect(config, env);
  await using client = createKubeClient({ connection, clock, random, userAgent: 'kontain-faas-downloader' });
  const stop = new AbortController();
  onStopSignal(process, () => stop.abort());
  const onReady = (port: number): void => {
    console.log(JSON.stringify({ ready: true, port }));
    log.info({ root: config.KONTAIN_ROOT, node: config.NODE_NAME, port }, 'ready');
  };
  await runDownloader({ config, client, registry, clock, random, log, onReady }, stop.signal);
}

try {
  await main(process.argv.slice(2), process.env);
} catch (error) {
  const { code, message, hint } = toPlatformError(error, 'internal');
  console.error(`faas-downloader: ${message}${hint === undefined ? '' : `\n${hint}`}`);
  process.exitCode = errorCatalogue[code].exit;
}
