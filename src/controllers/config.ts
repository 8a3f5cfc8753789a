import * as z from 'zod';
import { programConfig } from '../lib/program-config.ts';

/** Environment variables of the controllers. Arguments win over those of the same meaning. */
const environmentSchema = z.object({
  KUBECONFIG: z.string().optional(),
  KONTAIN_LOG_LEVEL: z.string().default('info'),
  /** Of /healthz, /readyz and /metrics. */
  KONTAIN_CONTROLLER_HOST: z.string().default('127.0.0.1'),
  KONTAIN_CONTROLLER_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Objects of a kind worked on at a time; builds run in Jobs and are not counted. */
  KONTAIN_CONTROLLER_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(8),
  /** Where function-controller takes large sources: `HOST:PORT`, or the path of a Unix socket; nowhere without it. */
  KONTAIN_SOURCES_ADDRESS: z.string().min(1).optional(),
  /** Told apart from other replicas by it; a pod's name, for example. */
  POD_NAME: z.string().min(1).optional(),
  /** `false` where somebody else makes sure that there is only one replica: then nothing is renewed, and no end waited for. */
  KONTAIN_LEADER_ELECTION: z.stringbool().default(true),
  /** Where kubeless-config is; else the CRD's annotation says, else it is `kubeless`. */
  KUBELESS_NAMESPACE: z.string().min(1).optional(),
  KUBELESS_CONFIG: z.string().min(1).optional(),
  KONTAIN_CLUSTER_DOMAIN: z.string().min(1).default('cluster.local'),
  /** Where callers from outside reach the data plane without an Ingress controller: `http://host:port`. */
  KONTAIN_PUBLIC_URL: z.url().optional(),
  KONTAIN_PUBLIC_TLS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  /** Files like ~/.docker/config.json, with commas between them: credentials for registries that a namespace has none for. */
  KONTAIN_REGISTRY_AUTH: z.string().optional(),
});

export type ControllerConfig = z.infer<typeof environmentSchema>;

const flags = { kubeconfig: 'KUBECONFIG', port: 'KONTAIN_CONTROLLER_PORT' };

/** Arguments and environment → configuration. Throws `bad_request` that names what is wrong. */
export function parseConfig(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ControllerConfig {
  const usage = `usage: ${program} [--kubeconfig FILE] [--port PORT]`;
  return programConfig(environmentSchema, { args, env, flags, usage });
}
