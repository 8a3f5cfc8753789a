import { createHash } from 'node:crypto';
// The small form of zod: a build loads this, and the whole of zod would be a fifth of its processor time.
import * as z from 'zod/mini';
import { errorMessage, PlatformError } from '../lib/errors.ts';

/** As many as container engines allow. */
const maxLayers = 127;

const digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/, 'must be a sha256 digest'));

const descriptor = z.object({
  mediaType: z.optional(z.string()),
  digest,
  size: z.int().check(z.minimum(0)),
});

/** OCI image manifest or Docker manifest version 2 schema 2: the parts we use are the same. */
const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.optional(z.string()),
  config: descriptor,
  layers: z
    .array(descriptor)
    .check(z.minLength(1, 'it has no layer'), z.maxLength(maxLayers, `it has more than ${maxLayers}`)),
});

/** OCI image index or Docker manifest list. */
const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.optional(z.string()),
  manifests: z.array(
    z.extend(descriptor, {
      platform: z.optional(
        z.object({ os: z.string(), architecture: z.string(), variant: z.optional(z.string()) }),
      ),
    }),
  ),
});

const strings = z.nullish(z.array(z.string()));

/** OCI image configuration (image-spec config.md), the part that says how to start it. */
const configSchema = z.looseObject({
  architecture: z.optional(z.string()),
  os: z.optional(z.string()),
  config: z.nullish(
    z.looseObject({
      User: z.nullish(z.string()),
      Env: strings,
      Entrypoint: strings,
      Cmd: strings,
      WorkingDir: z.nullish(z.string()),
      ExposedPorts: z.nullish(z.record(z.string(), z.unknown())),
      Labels: z.nullish(z.record(z.string(), z.string())),
    }),
  ),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digest) }),
});

const configTypes = /^application\/vnd\.(oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/;
const layerTypes =
  /^application\/vnd\.(oci\.image\.layer(\.nondistributable)?\.v1\.tar|docker\.image\.rootfs\.(foreign\.)?diff\.tar)([+.](gzip|zstd))?$/;

/** Charts, signatures, encrypted images and the like are manifests too. Throws `invalid` for them. */
export function checkMediaTypes({ config, layers }: ImageManifest): void {
  const types = layers.map(({ mediaType = '' }) => mediaType);
  const odd = configTypes.test(config.mediaType ?? '')
    ? types.find((type) => !layerTypes.test(type))
    : config.mediaType;
  if (odd === undefined && config.mediaType !== undefined) return;
  throw new PlatformError('invalid', `It is no container image: it has a part of type "${odd ?? ''}".`, {
    hint: 'Name an image with a Linux root file system in spec.image.',
  });
}

export type Descriptor = z.infer<typeof descriptor>;
export type ImageManifest = z.infer<typeof manifestSchema>;
export type ImageIndex = z.infer<typeof indexSchema>;
export type ImageConfig = z.infer<typeof configSchema>;

export const parseManifest = (bytes: Buffer): ImageManifest => parse(bytes, manifestSchema, 'manifest');
export const parseIndex = (bytes: Buffer): ImageIndex => parse(bytes, indexSchema, 'index');
export const parseConfig = (bytes: Buffer): ImageConfig => parse(bytes, configSchema, 'configuration');

/** True for an index (several platforms), false for a manifest; by content, since media types are optional. */
export function isIndex(bytes: Buffer): boolean {
  const value = json(bytes, 'manifest');
  return typeof value === 'object' && value !== null && 'manifests' in value && !('layers' in value);
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function parse<T>(bytes: Buffer, schema: z.ZodMiniType<T>, what: string): T {
  const result = schema.safeParse(json(bytes, what));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw malformed(what, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, result.error);
}

function json(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw malformed(what, errorMessage(error), error);
  }
}

function malformed(what: string, reason: string, cause: unknown): PlatformError {
  return new PlatformError('invalid', `The image's ${what} cannot be read: ${reason}.`, {
    cause,
    hint: 'Build and push the image again with a tool that follows the OCI image specification.',
  });
}
