import * as z from 'zod';
import { programConfig } from '../lib/program-config.ts';
import { idBase } from '../oci/id-base.ts';
import { isFunctionRegistry } from '../oci/repository-owner.ts';
import { defaultUnpackLimits } from '../oci/unpack/unpack-limits.ts';

const count = z.coerce.number().int().min(1);
const amount = z.coerce.number().int().min(0);
const list = z.string().transform((text) => text.split(',').filter((item) => item !== ''));

/** Environment variables of faas-downloader. Arguments win over those of the same meaning. */
const environmentSchema = z.object({
  KONTAIN_ROOT: z.string().startsWith('/').default('/kontain'),
  KUBECONFIG: z.string().optional(),
  NODE_NAME: z.string().min(1).default('node'),
  KONTAIN_LOG_LEVEL: z.string().default('info'),
  /** Of /healthz, /readyz and /metrics. */
  KONTAIN_DOWNLOADER_HOST: z.string().default('127.0.0.1'),
  KONTAIN_DOWNLOADER_PORT: z.coerce.number().int().min(0).max(65_535).default(8081),
  /** Pulls at a time from one registry, and layers unpacked at a time. */
  KONTAIN_PULLS: count.default(2),
  /** `host:port,…` that may speak plain HTTP or have a certificate that nobody signed. */
  KONTAIN_INSECURE_REGISTRIES: list.default([]),
  /** Folders under which spec.image may name local images; empty allows none. */
  KONTAIN_LOCAL_IMAGES: list.default(['/']),
  /** Files like ~/.docker/config.json, with commas between them: credentials for all Images. */
  KONTAIN_REGISTRY_AUTH: z.string().optional(),
  /** `host/path`, as `function-registry` of kubeless-config: what is below it is for Images of its own namespace only. */
  KONTAIN_FUNCTION_REGISTRY: z
    .string()
    .refine(isFunctionRegistry, 'write a registry and a path, such as registry.example.com/functions')
    .optional(),
  /** Signature policy, containers-policy.json(5). */
  KONTAIN_SIGNATURE_POLICY: z.string().optional(),
  KONTAIN_ID_BASE: count.default(idBase),
  /** `FOLDER,…`: stores on the same disk that only the platform writes to; a layer that one of them has is linked. */
  KONTAIN_NEAR_LAYERS: list.default([]),
  KONTAIN_MAX_IMAGE_BYTES: count.default(4 * 1024 ** 3),
  KONTAIN_MAX_UNPACKED_BYTES: count.default(defaultUnpackLimits.maxBytes),
  KONTAIN_MAX_UNPACKED_FILES: count.default(defaultUnpackLimits.maxEntries),
  KONTAIN_PULL_TIMEOUT_SECONDS: count.default(900),
  KONTAIN_UNPACK_TIMEOUT_SECONDS: count.default(600),
  /** Resolve tags again after so long; 0 is only when the spec changes. */
  KONTAIN_REFRESH_SECONDS: amount.default(0),
  KONTAIN_GC_SECONDS: count.default(60),
  KONTAIN_GRACE_SECONDS: amount.default(60),
  KONTAIN_LEASE_STALE_SECONDS: count.default(120),
});

export type DownloaderConfig = z.infer<typeof environmentSchema>;

const usage = 'usage: faas-downloader [--root FOLDER] [--kubeconfig FILE] [--node-name NAME] [--port PORT]';
const flags = {
  root: 'KONTAIN_ROOT',
  kubeconfig: 'KUBECONFIG',
  'node-name': 'NODE_NAME',
  port: 'KONTAIN_DOWNLOADER_PORT',
};

/** Arguments and environment → configuration. Throws `bad_request` that names what is wrong. */
export function parseConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DownloaderConfig {
  return programConfig(environmentSchema, { args, env, flags, usage });
}
