import type { Registry } from 'prom-client';
import type { KubeClient } from '../kube/client-types.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { ControllerConfig } from './config.ts';

/** What the program gives to each of its controllers. */
export interface ControllerContext {
  config: ControllerConfig;
  client: KubeClient;
  /** Of kubeless-config. */
  place: { namespace: string; name: string };
  registry: Registry;
  clock: Clock;
  random: () => number;
  log: Logger;
}

/** The program's own part of a controller: it is made once, and leads each time that the Lease is won. */
export interface Controller {
  /** Such as `function-controller`; its Lease is `kontain-<name>`. */
  name: string;
  /** Watches and reconciles until the signal aborts. */
  lead: (signal: AbortSignal) => Promise<void>;
  /** Begins what every replica does, whoever leads, before it says that it is ready; until it is disposed of. */
  serve?: () => Promise<AsyncDisposable>;
  /** Milliseconds since the epoch at which the API server was last heard of; 0 before that. */
  lastSignOfLife: () => number;
}

export type ControllerFactory = (context: ControllerContext) => Promise<Controller>;
