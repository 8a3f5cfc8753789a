import { FrontService, type Ports } from './front-service.ts';
import type { FaasServerConfig } from './config.ts';
import type { DataPlane } from './data-plane.ts';
import type { IdSource } from './front/request-id.ts';
import type { FrontOptions } from './front/front-options.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';

export interface Fronts {
  /** Resolves when calls are taken. */
  listen(): Promise<Ports>;
  /** Stops taking calls; resolves when those in flight are over. */
  drain(): Promise<void>;
}

export interface FrontsOptions {
  config: FaasServerConfig;
  plane: DataPlane;
  reserved: FrontOptions['reserved'];
  ids: IdSource;
  clock: Clock;
  log: Logger;
}

/** The front in the process that owns the Kontainers: best for one or two cores. */
export function singleProcess({ plane, ...options }: FrontsOptions): Fronts {
  const { broker, routes } = plane;
  return new FrontService({ ...options, broker, routes, killCalls: () => broker.killAll() });
}
