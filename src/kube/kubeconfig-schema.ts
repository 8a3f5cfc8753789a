import * as z from 'zod';

/** https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/; unknown keys are left alone, as kubectl does. */
const cluster = z.looseObject({
  server: z.string(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
  'proxy-url': z.string().optional(),
});

const user = z.looseObject({
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  username: z.string().optional(),
  as: z.string().optional(),
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
});

const context = z.looseObject({
  cluster: z.string(),
  user: z.string().optional(),
  namespace: z.string().optional(),
});

/** A list of `{name, [key]: value}` as a map. kubectl writes `null` for an empty list. */
function named<T extends z.ZodType>(key: string, value: T) {
  const item = z.looseObject({ name: z.string(), [key]: value }) as unknown as z.ZodType<
    Record<string, z.infer<T>> & { name: string }
  >;
  return z
    .array(item)
    .nullish()
    .transform((list) => new Map((list ?? []).map((entry) => [entry.name, entry[key] as z.infer<T>])));
}

export const kubeconfigSchema = z.looseObject({
  'current-context': z.string().nullish(),
  clusters: named('cluster', cluster),
  users: named('user', user.nullish()),
  contexts: named('context', context),
});

export type KubeconfigCluster = z.infer<typeof cluster>;
export type KubeconfigUser = z.infer<typeof user>;
export type KubeconfigContext = z.infer<typeof context>;
export type Kubeconfig = z.infer<typeof kubeconfigSchema>;
