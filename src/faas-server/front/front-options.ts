import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { CredentialCheck } from '../auth/credential-check.ts';
import type { CallBroker } from '../calls/call-broker.ts';
import type { ExchangeLimits } from '../protocols/exchange.ts';
import type { ReservedPath } from '../routes/route.ts';
import type { RouteLookup } from '../routes/route-table.ts';
import type { CorsConfig } from './cors.ts';
import type { IdSource } from './request-id.ts';

/** Sizes in bytes, times in milliseconds. */
export interface FrontLimits {
  /** Request line and headers. */
  headerBytes: number;
  /** Request body; 0 is no limit. */
  bodyBytes: number;
  /** Until all headers of a request have come. */
  headersTimeoutMs: number;
  /** An idle connection is closed after it. */
  keepAliveTimeoutMs: number;
  connections: number;
  /** Requests that one connection may send ahead of their answers. */
  pipelined: number;
  /** How long, and how much of, a request is read on after an answer that did not need it. */
  linger: { ms: number; bytes: number };
  exchange: ExchangeLimits;
}

export interface PlainAnswer {
  status: number;
  contentType: string;
  body: string;
}

export interface FrontOptions {
  broker: CallBroker;
  routes: RouteLookup;
  credentials: CredentialCheck;
  /** Port of the same calls by HTTPS, if there is one. */
  tlsPort: () => number | undefined;
  clock: Clock;
  log: Logger;
  ids: IdSource;
  cors: CorsConfig;
  limits: FrontLimits;
  /** Answers /healthz, /readyz and /metrics. */
  reserved(path: ReservedPath): Promise<PlainAnswer>;
  /** New calls are refused. */
  draining(): boolean;
}
