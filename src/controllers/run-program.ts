import { Registry } from 'prom-client';
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
import { parseConfig, type ControllerConfig } from './config.ts';
import type { ControllerFactory } from './controller.ts';
import { runControllers } from './run-controllers.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ControllerProgram {
  /** Such as `function-controller`, for logs, messages and the API server. */
  name: string;
  controllers: readonly ControllerFactory[];
  defaultPort: number;
}

/** A whole program of one controller or several. Resolves with its exit code. */
export async function runControllerProgram(
  program: ControllerProgram,
  args: readonly string[],
  env: Environment,
): Promise<number> {
  try {
    await run(program, parseConfig(program.name, args, env), env);
    return 0;
  } catch (error) {
    const { code, message, hint } = toPlatformError(error, 'internal');
    process.stderr.write(`${program.name}: ${message}\n${hint === undefined ? '' : `${hint}\n`}`);
    return errorCatalogue[code].exit;
  }
}

async function run(program: ControllerProgram, config: ControllerConfig, env: Environment): Promise<void> {
  const log = createLogger({ name: program.name, level: config.KONTAIN_LOG_LEVEL });
  const registry = new Registry();
  collectProcessMetrics(registry);
  const random = Math.random;
  const connection = await connect(config, env);
  const userAgent = `kontain-${program.name}`;
  await using client = createKubeClient({ connection, clock, random, userAgent });
  const stop = new AbortController();
  onStopSignal(process, () => stop.abort());
  const onReady = (port: number): void => {
    process.stdout.write(`${JSON.stringify({ ready: true, port })}\n`);
    log.info({ port }, 'ready');
  };
  await runControllers({ ...program, config, client, registry, clock, random, log, onReady }, stop.signal);
}

function connect(config: ControllerConfig, env: Environment): Promise<KubeConnection> {
  if (config.KUBECONFIG !== undefined) return loadKubeconfig(config.KUBECONFIG);
  return inClusterConnection({ host: env['KUBERNETES_SERVICE_HOST'], port: env['KUBERNETES_SERVICE_PORT'] });
}
