import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Registry } from 'prom-client';
import type { KubeClient } from '../kube/client-types.ts';
import { runAsLeader } from '../kube/leader-election.ts';
import type { Clock } from '../lib/clock.ts';
import { startStatusServer } from '../lib/http/status-server.ts';
import type { Logger } from '../lib/log.ts';
import { parseDockerConfig, type RegistryAuths } from '../oci/registry-auth.ts';
import type { ControllerConfig } from './config.ts';
import { configLocation } from './config-location.ts';
import { functionMetrics } from './function-metrics.ts';
import { lead, type LeadState } from './lead.ts';

export interface FunctionControllerOptions {
  config: ControllerConfig;
  client: KubeClient;
  registry: Registry;
  clock: Clock;
  random: () => number;
  log: Logger;
  /** Told once the program waits for its turn to lead; `port` is that of the status pages. */
  onReady: (port: number) => void;
}

const silenceLimitMs = 10 * 60_000;
const leaseName = 'kontain-function-controller';

/** Runs function-controller until the signal aborts; of several replicas one works, the others wait. */
export async function runFunctionController(
  options: FunctionControllerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { config, client, clock, log, registry } = options;
  const place = await configLocation(client, config, signal);
  const state: LeadState = { lastSignOfLife: () => 0 };
  await using status = await startStatusServer({
    host: config.KONTAIN_CONTROLLER_HOST,
    port: config.KONTAIN_CONTROLLER_PORT,
    registry,
    notReady: () => undefined,
    unhealthy: () => {
      const last = state.lastSignOfLife();
      return last > 0 && clock.now() - last > silenceLimitMs ? 'the API server is silent' : undefined;
    },
  });
  const programAuths = await readAuths(config.KONTAIN_REGISTRY_AUTH);
  const metrics = functionMetrics(registry);
  const lease = { namespace: place.namespace, name: leaseName };
  const identity = `${config.POD_NAME ?? hostname()}_${randomUUID()}`;
  options.onReady(status.port);
  const parts = { ...options, place, programAuths, metrics, state };
  await runAsLeader({ client, lease, identity, clock, random: options.random, log }, signal, (leading) =>
    lead(parts, leading),
  );
}

async function readAuths(file: string | undefined): Promise<RegistryAuths> {
  return file === undefined ? new Map() : parseDockerConfig(await readFile(file, 'utf8'), file);
}
