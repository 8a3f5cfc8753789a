import * as z from 'zod';
import { errorMessage, PlatformError } from '../../lib/errors.ts';
import { yaml } from '../../lib/yaml.ts';
import { formatPath } from '../validate.ts';

const text = z.string().max(4096);

const phaseImageSchema = z.object({
  phase: z.enum(['installation', 'compilation', 'check', 'runtime']),
  /** As a pod writes it, or in skopeo's notation. */
  image: text.min(1),
  /** Run by `sh -c`. */
  command: text.optional(),
  env: z.record(z.string(), z.string()).optional(),
  secrets: z.array(z.object({ name: text.min(1) })).optional(),
});

const versionSchema = z.object({
  name: text.optional(),
  version: text.regex(/^[0-9.]*$/, 'write digits and dots'),
  images: z.array(phaseImageSchema),
  imagePullSecrets: z.array(z.object({ imageSecret: text.min(1) })).optional(),
});

const runtimeSchema = z.object({
  ID: text.regex(/^[A-Za-z_-]+$/, 'write letters, "_" and "-"'),
  versions: z.array(versionSchema),
  livenessProbeInfo: z.unknown().optional(),
  /** Name of the dependency file, such as requirements.txt; empty for none. */
  depName: text.nullish().transform((name) => name ?? ''),
  /** With its dot. */
  fileNameSuffix: text.nullish().transform((suffix) => suffix ?? ''),
});

const runtimeListSchema = z.array(runtimeSchema);

export type Runtime = z.infer<typeof runtimeSchema>;
export type RuntimeVersion = z.infer<typeof versionSchema>;
export type PhaseImage = z.infer<typeof phaseImageSchema>;

/** As Kubeless' parser did, names of keys count in any case. */
const knownKeys = [
  ...Object.keys(runtimeSchema.shape),
  ...Object.keys(versionSchema.shape),
  ...Object.keys(phaseImageSchema.shape),
  'imageSecret',
];
const canonical = new Map(knownKeys.map((key) => [key.toLowerCase(), key]));

/** The value of `runtime-images`: a list in YAML or JSON. Throws `invalid` that says where and what to write. */
export function parseRuntimeImages(value: string): Runtime[] {
  const result = runtimeListSchema.safeParse(withKnownKeys(parseYaml(value)));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unusable(`${formatPath(issue?.path ?? [])}: ${issue?.message}`);
}

function parseYaml(value: string): unknown {
  try {
    return yaml().parse(value, { maxAliasCount: 100, logLevel: 'error' }) as unknown;
  } catch (error) {
    throw unusable(errorMessage(error).split('\n', 1)[0] ?? '');
  }
}

function withKnownKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withKnownKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const name = canonical.get(key.toLowerCase()) ?? key;
    return [name, name === 'env' || name === 'livenessProbeInfo' ? item : withKnownKeys(item)];
  });
  return Object.fromEntries(entries);
}

function unusable(reason: string): PlatformError {
  return new PlatformError('invalid', `runtime-images cannot be used: ${reason}`, {
    hint: 'Write a list of {ID, depName, fileNameSuffix, versions: [{version, images: [{phase: runtime, image}]}]}.',
  });
}
