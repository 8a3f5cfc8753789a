import { collectDefaultMetrics, Registry } from 'prom-client';
import { parseConfig, type ControllerConfig } from '../function-controller/config.ts';
import { runFunctionController } from '../function-controller/function-controller.ts';
import { createKubeClient } from '../kube/client.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { inClusterConnection } from '../kube/in-cluster.ts';
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { toPlatformError } from '../lib/errors.ts';
import { createLogger } from '../lib/log.ts';
import { onStopSignal } from '../lib/stop-signals.ts';

function connect(config: ControllerConfig, env: NodeJS.ProcessEnv): Promise<KubeConnection> {
  if (config.KUBECONFIG !== undefined) return loadKubeconfig(config.KUBECONFIG);
  return inClusterConnection({ host: env['KUBERNETES_SERVICE_HOST'], port: env['KUBERNETES_SERVICE_PORT'] });
}

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const config = parseConfig(args, env);
  const log = createLogger({ name: 'function-controller', level: config.KONTAIN_LOG_LEVEL });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const random = Math.random;
  const connection = await connect(config, env);
  await using client = createKubeClient({
    connection,
    clock,
    random,
    userAgent: 'kontain-function-controller',
  });
  const stop = new AbortController();
  onStopSignal(process, () => stop.abort());
  const onReady = (port: number): void => {
    console.log(JSON.stringify({ ready: true, port }));
    log.info({ port }, 'ready');
  };
  await runFunctionController({ config, client, registry, clock, random, log, onReady }, stop.signal);
}

try {
  await main(process.argv.slice(2), process.env);
} catch (error) {
  const { code, message, hint } = toPlatformError(error, 'internal');
  console.error(`function-controller: ${message}${hint === undefined ? '' : `\n${hint}`}`);
  process.exitCode = errorCatalogue[code].exit;
}
