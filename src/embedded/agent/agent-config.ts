import * as z from 'zod';
import { programConfig } from '../../lib/program-config.ts';
import { idBase } from '../../oci/id-base.ts';

const count = z.coerce.number().int().min(1);
const list = z.string().transform((text) => text.split(',').filter((item) => item !== ''));
const ports = list.transform((items) => items.map(Number)).pipe(z.array(z.number().int().min(1).max(65_535)));

/** Environment variables of the agent. */
const environmentSchema = z.object({
  KUBECONFIG: z.string(),
  KONTAIN_HOME: z.string().startsWith('/'),
  KONTAIN_LOG_LEVEL: z.string().default('info'),
  /** Below each cgroup hierarchy. */
  KONTAIN_AGENT_CGROUP: z.string().startsWith('/'),
  KONTAIN_OCI_RUNTIME: z.string().default('/usr/bin/crun'),
  KONTAIN_SECCOMP_PROFILE: z.string().default('/usr/share/containers/seccomp.json'),
  KONTAIN_ID_BASE: count.default(idBase),
  /** `FOLDER,…`: stores on the same disk that only the platform writes to; a layer that one of them has is linked. */
  KONTAIN_NEAR_LAYERS: list.default([]),
  /** `host:port,…` that may speak plain HTTP. */
  KONTAIN_INSECURE_REGISTRIES: list.default([]),
  /** Files like ~/.docker/config.json, with commas between them. */
  KONTAIN_REGISTRY_AUTH: z.string().optional(),
  /** Such a file with what builds push with, in all namespaces: see BuildLogin. */
  KONTAIN_BUILD_REGISTRY_AUTH: z.string().optional(),
  /** `port,…` of the machine's loopback that builds reach at theirs, such as that of a mirror of packages. */
  KONTAIN_BUILD_LOOPBACK_PORTS: ports.default([]),
  KONTAIN_SIGNATURE_POLICY: z.string().optional(),
  /** How long an image stays that no pod has: a week. */
  KONTAIN_IMAGE_IDLE_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .default(7 * 24 * 3600),
  /** Pods at a time, besides those that ask for little; as many as there are cores without it. */
  KONTAIN_AGENT_PODS: count.optional(),
});

export type AgentConfig = z.infer<typeof environmentSchema>;

const usage = 'usage: embedded-agent --kubeconfig FILE --home FOLDER --cgroup PATH';
const flags = { kubeconfig: 'KUBECONFIG', home: 'KONTAIN_HOME', cgroup: 'KONTAIN_AGENT_CGROUP' };

/** Arguments and environment → configuration. Throws `bad_request` that names what is wrong. */
export function parseAgentConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): AgentConfig {
  return programConfig(environmentSchema, { args, env, flags, usage });
}
