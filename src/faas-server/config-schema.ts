import * as z from 'zod';
import { programConfig } from '../lib/program-config.ts';

const bytes = z.coerce.number().int().min(0);
const ms = z.coerce.number().int().min(0);
const count = z.coerce.number().int().min(1);
const flag = z.stringbool();
const list = z.string().transform((text) => text.split(',').filter((item) => item !== ''));

/** Environment variables of faas-server; what is not set has the default of config.ts. */
const environmentSchema = z.object({
  /** Folder of build/native; default is the one of this checkout. */
  KONTAIN_NATIVE: z.string().optional(),
  /** Private folder of everything that dies with this process; short, as Unix sockets lie below it. */
  KONTAIN_RUN: z.string().default('/run/kontain-faas/server'),
  KONTAIN_OCI_RUNTIME: z.string().default('/usr/bin/crun'),
  /** Parent cgroup of all Kontainers; default is named after KONTAIN_RUN. */
  KONTAIN_CGROUP: z.string().optional(),
  /** The container engines' default seccomp list. */
  KONTAIN_SECCOMP_PROFILE: z.string().default('/usr/share/containers/seccomp.json'),
  KONTAIN_LOG_LEVEL: z.string().default('info'),
  KONTAIN_ROOT: z.string().default('/kontain'),
  /** Loopback unless told otherwise: there is no authentication. Manifests set 0.0.0.0. */
  KONTAIN_HOST: z.string().default('127.0.0.1'),
  /** FUNC_PORT, FUNC_TIMEOUT and SHUTDOWN_TIMEOUT are names of the original server. */
  KONTAIN_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Off unless given: HTTPS with the certificates of routes. */
  KONTAIN_TLS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  FUNC_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  SHUTDOWN_TIMEOUT: z.coerce.number().min(0).optional(),
  /** `HOST:PORT` or the path of a Unix socket: status and logs of functions, for operators only. Without it there is none. */
  KONTAIN_STATUS_ADDRESS: z.string().optional(),
  /** Names this server's leases on bundles; unique among servers of one shared folder, the same after a restart. */
  KONTAIN_SERVER_ID: z.string().default('faas-server'),
  KONTAIN_WORKERS: count.optional(),
  KONTAIN_CORS: flag.default(true),
  /** `<namespace>/<name>,…` for which CORS is the other way round. */
  KONTAIN_CORS_EXCEPT: list.default([]),
  KONTAIN_MAX_HEADER_BYTES: bytes.optional(),
  KONTAIN_MAX_BODY_BYTES: bytes.optional(),
  KONTAIN_MAX_CONNECTIONS: count.optional(),
  KONTAIN_HEADERS_TIMEOUT_MS: count.optional(),
  KONTAIN_KEEP_ALIVE_MS: ms.optional(),
  KONTAIN_MEMORY_BUDGET_BYTES: count.optional(),
  KONTAIN_CPU_BUDGET_MILLIS: count.optional(),
  KONTAIN_QUEUE_PER_FUNCTION: bytes.default(100),
  KONTAIN_QUEUE_TOTAL: bytes.default(1000),
  KONTAIN_METRICS_FUNCTIONS: count.default(500),
  KONTAIN_LOG_FILE_BYTES: count.optional(),
  KONTAIN_DRAIN_DELAY_MS: ms.default(0),
  KONTAIN_DRAIN_GRACE_MS: ms.optional(),
});

export type Environment = z.infer<typeof environmentSchema>;

const usage = `usage: faas-server [--root DIR] [--host ADDRESS] [--port N] [--tls-port N] [--workers N] [--run-dir DIR]
                   [--status-address HOST:PORT|SOCKET]
Serves calls of the functions whose bundles are in DIR/oci-bundles. Everything else is set by environment variables,
see src/faas-server/config-schema.ts. Prints {"ready":true,"url":…} on standard output when it is up, then one JSON
line a call. SIGTERM ends it in good order.`;

const flags = {
  root: 'KONTAIN_ROOT',
  host: 'KONTAIN_HOST',
  port: 'KONTAIN_PORT',
  'tls-port': 'KONTAIN_TLS_PORT',
  workers: 'KONTAIN_WORKERS',
  'run-dir': 'KONTAIN_RUN',
  'status-address': 'KONTAIN_STATUS_ADDRESS',
  // Every program of a node gets them; calls touch no Kubernetes object.
  kubeconfig: null,
  'node-name': null,
};

/** Arguments and environment → settings. Throws `bad_request` that names what is wrong. */
export function parseSettings(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Environment {
  return programConfig(environmentSchema, { args, env, flags, usage });
}
