import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { runAsLeader } from '../kube/leader-election.ts';
import { startStatusServer, type StatusServer } from '../lib/http/status-server.ts';
import { configLocation } from './config-location.ts';
import type { Controller, ControllerContext, ControllerFactory } from './controller.ts';

export interface ControllersOptions extends Omit<ControllerContext, 'place'> {
  controllers: readonly ControllerFactory[];
  /** Of the status pages, where the configuration names none. */
  defaultPort: number;
  /** Told once the controllers wait for their turn to lead; `port` is that of the status pages. */
  onReady: (port: number) => void;
}

const silenceLimitMs = 10 * 60_000;

/** Runs controllers until the signal aborts; of several replicas each controller works in one, the others wait. */
export async function runControllers(options: ControllersOptions, signal: AbortSignal): Promise<void> {
  const { client, config } = options;
  const place = await configLocation(client, config, signal);
  const context = { ...options, place };
  const controllers = await Promise.all(options.controllers.map((create) => create(context)));
  await using served = new AsyncDisposableStack();
  for (const { serve } of controllers) if (serve !== undefined) served.use(await serve());
  await using status = await statusPages(options, controllers);
  options.onReady(status.port);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const runs = controllers.map((controller) =>
    takeTurns(context, controller, either).catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  // All of them have ended before the client and the status pages go.
  const [rejected] = (await Promise.allSettled(runs)).filter(({ status: end }) => end === 'rejected');
  if (rejected?.status === 'rejected') throw rejected.reason;
}

function takeTurns(context: ControllerContext, controller: Controller, signal: AbortSignal): Promise<void> {
  const { client, clock, config, log, place, random } = context;
  if (!config.KONTAIN_LEADER_ELECTION) return controller.lead(signal);
  const lease = { namespace: place.namespace, name: `kontain-${controller.name}` };
  const identity = `${config.POD_NAME ?? hostname()}_${randomUUID()}`;
  return runAsLeader({ client, lease, identity, clock, random, log }, signal, controller.lead);
}

function statusPages(
  { config, clock, defaultPort, registry }: ControllersOptions,
  controllers: readonly Controller[],
): Promise<StatusServer> {
  return startStatusServer({
    host: config.KONTAIN_CONTROLLER_HOST,
    port: config.KONTAIN_CONTROLLER_PORT ?? defaultPort,
    registry,
    notReady: () => undefined,
    unhealthy: () => {
      const silent = controllers.find(({ lastSignOfLife }) => isSilent(lastSignOfLife(), clock.now()));
      return silent === undefined ? undefined : 'the API server is silent';
    },
  });
}

function isSilent(last: number, now: number): boolean {
  return last > 0 && now - last > silenceLimitMs;
}
