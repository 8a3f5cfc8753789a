/** What flags read and write of the pod template in `spec.deployment`; the rest is the user's. */
export interface PodSpec {
  containers?: Container[] | null;
  volumes?: Volume[] | null;
  [field: string]: unknown;
}

export interface Named {
  name?: string;
}

export interface Volume extends Named {
  secret?: { secretName?: string };
  configMap?: { name?: string };
}

export interface Container extends Named {
  volumeMounts?: Named[] | null;
  env?: unknown;
  resources?: { limits?: Record<string, unknown> | null; requests?: Record<string, unknown> | null } | null;
}
