import type { AdmissionLimits } from './admission/admission.ts';
import type { CorsConfig } from './front/cors.ts';
import type { FrontLimits } from './front/front-options.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Everything about faas-server that can be set. Sizes in bytes, times in milliseconds. */
export interface FaasServerConfig {
  /** The platform's root folder. */
  root: string;
  host: string;
  port: number;
  /** Of the same calls by HTTPS, with the certificates of the routes. */
  tlsPort: number | undefined;
  /** `HOST:PORT` or the path of a Unix socket, for the status and the functions' logs; see StatusListener. */
  statusAddress: string | undefined;
  /** Processes that accept calls; 1 is this process alone. */
  workers: number;
  cors: CorsConfig;
  front: FrontLimits;
  admission: AdmissionLimits;
  /** Functions with metrics of their own. */
  metricsFunctions: number;
  /** Idle functions are looked for so often. */
  sweepMs: number;
  logs: { maxFileBytes: number; flushMs: number; maxPendingBytes: number };
  drain: DrainConfig;
}

export interface DrainConfig {
  /** After the signal, calls are still taken for so long: load balancers learn late. */
  delayMs: number;
  /** Then calls in flight may go on for so long. */
  graceMs: number;
}

export const defaultFront: FrontLimits = {
  headerBytes: 32 * kibibyte,
  bodyBytes: 100 * mebibyte,
  headersTimeoutMs: 10_000,
  keepAliveTimeoutMs: 75_000,
  connections: 10_000,
  pipelined: 16,
  linger: { ms: 1000, bytes: mebibyte },
  exchange: { responseHeadBytes: 64 * kibibyte, documentBytes: 16 * mebibyte },
};

export const defaultLogs: FaasServerConfig['logs'] = {
  maxFileBytes: 4 * mebibyte,
  flushMs: 100,
  maxPendingBytes: 16 * mebibyte,
};
