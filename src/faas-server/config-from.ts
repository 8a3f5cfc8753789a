import { cpuBudget, memoryBudget } from './admission/budget.ts';
import { defaultFront, defaultLogs, type FaasServerConfig } from './config.ts';
import type { Environment } from './config-schema.ts';

/** What the machine offers. */
export interface Machine {
  cores: number;
  totalBytes: number;
  /** Memory limit of the cgroup; 0 without one. */
  constrainedBytes: number;
}

const memoryShare = 0.8;
/** Most calls wait for something else than the CPU; beyond this, more at once only makes all slower. */
const cpuOvercommit = 32;
const defaultPort = 8080;
const defaultGraceMs = 10_000;

export function configFrom(env: Environment, machine: Machine): FaasServerConfig {
  return {
    root: env.KONTAIN_ROOT,
    host: env.KONTAIN_HOST,
    port: env.KONTAIN_PORT ?? env.FUNC_PORT ?? defaultPort,
    tlsPort: env.KONTAIN_TLS_PORT,
    statusAddress: env.KONTAIN_STATUS_ADDRESS,
    workers: env.KONTAIN_WORKERS ?? defaultWorkers(machine.cores),
    cors: { enabled: env.KONTAIN_CORS, except: env.KONTAIN_CORS_EXCEPT },
    front: frontFrom(env),
    admission: admissionFrom(env, machine),
    metricsFunctions: env.KONTAIN_METRICS_FUNCTIONS,
    sweepMs: 1000,
    logs: { ...defaultLogs, maxFileBytes: env.KONTAIN_LOG_FILE_BYTES ?? defaultLogs.maxFileBytes },
    drain: drainFrom(env),
  };
}

/** One or two cores are best used by one process; the Kontainers need the rest. */
export function defaultWorkers(cores: number): number {
  return cores <= 2 ? 1 : Math.floor(cores / 2);
}

function frontFrom(env: Environment): FaasServerConfig['front'] {
  return {
    ...defaultFront,
    headerBytes: env.KONTAIN_MAX_HEADER_BYTES ?? defaultFront.headerBytes,
    bodyBytes: env.KONTAIN_MAX_BODY_BYTES ?? defaultFront.bodyBytes,
    connections: env.KONTAIN_MAX_CONNECTIONS ?? defaultFront.connections,
    headersTimeoutMs: env.KONTAIN_HEADERS_TIMEOUT_MS ?? defaultFront.headersTimeoutMs,
    keepAliveTimeoutMs: env.KONTAIN_KEEP_ALIVE_MS ?? defaultFront.keepAliveTimeoutMs,
  };
}

function admissionFrom(env: Environment, machine: Machine): FaasServerConfig['admission'] {
  const { cores, totalBytes, constrainedBytes } = machine;
  const memory = memoryBudget({ totalBytes, constrainedBytes, share: memoryShare });
  return {
    memoryBytes: env.KONTAIN_MEMORY_BUDGET_BYTES ?? memory,
    cpuMillis: env.KONTAIN_CPU_BUDGET_MILLIS ?? cpuBudget({ cores, overcommit: cpuOvercommit }),
    queuePerFunction: env.KONTAIN_QUEUE_PER_FUNCTION,
    queueTotal: env.KONTAIN_QUEUE_TOTAL,
  };
}

function drainFrom(env: Environment): FaasServerConfig['drain'] {
  const { SHUTDOWN_TIMEOUT: seconds, KONTAIN_DRAIN_GRACE_MS: graceMs } = env;
  const given = graceMs ?? (seconds === undefined ? defaultGraceMs : seconds * 1000);
  return { delayMs: env.KONTAIN_DRAIN_DELAY_MS, graceMs: given };
}
