import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlatformError } from '../lib/errors.ts';
import { formatAuthFile, type RegistryAuths } from '../oci/registry-auth.ts';
import type { RegistryReference } from '../oci/reference.ts';
import { copyToLayout, pushLayout, type SkopeoOptions, type SkopeoRun } from '../oci/skopeo.ts';
import { resolveBase, type ResolvedBase } from './base-image.ts';
import { blobsOf, createLayout, writeImage } from './image-layout.ts';
import { packLayer, type LayerBlob } from './layer-blob.ts';
import { layeredImage, type ConfigChanges, type ImageDocuments } from './layered-image.ts';
import { mountLayers } from './mount-layers.ts';

export interface BuildRequest {
  /** The runtime image, or an image with the dependencies on it that an earlier build made. */
  base: RegistryReference;
  target: RegistryReference;
  /** Where the folders come to lie in the image. */
  path: string;
  /** What was installed; becomes the lower layer. */
  dependencies: { folder: string; target: RegistryReference | null } | null;
  /** The function's own files; the upper layer. */
  folder: string;
  changes: ConfigChanges;
}

export interface BuildOptions {
  skopeo: SkopeoOptions;
  auths: RegistryAuths;
  /** A folder with room for the layers; what is made in it is removed again. */
  work: string;
  fetch: typeof fetch;
  signal: AbortSignal;
}

export interface BuiltImage {
  /** Digest of the manifest. */
  digest: string;
  /** `docker://registry/repository@digest`. */
  image: string;
}

interface Build extends BuildOptions {
  layout: string;
  run: SkopeoRun;
}

/**
 * Puts the folders as layers on the base and pushes the result. With `dependencies.target` the image without the function
 * is pushed first: a later build whose dependencies are the same takes it as its base. Rejects with `invalid` when the
 * author must act, `not_ready` or `disk_full` otherwise.
 */
export async function buildImage(request: BuildRequest, options: BuildOptions): Promise<BuiltImage> {
  await mkdir(options.work, { recursive: true });
  const folder = await mkdtemp(join(options.work, 'build-'));
  try {
    const authFile = join(folder, 'auth.json');
    await writeFile(authFile, formatAuthFile([options.auths]), { mode: 0o600 });
    const layout = join(folder, 'layout');
    await createLayout(layout);
    return await build(request, { ...options, layout, run: { folder, authFile, signal: options.signal } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function build(request: BuildRequest, context: Build): Promise<BuiltImage> {
  const { dependencies, target, changes } = request;
  const [base, ...layers] = await Promise.all([
    resolveBase(request.base, context.run, context.skopeo),
    ...(dependencies === null ? [] : [pack(dependencies.folder, request, context)]),
    pack(request.folder, request, context),
  ]);
  const lower = layers.slice(0, -1);
  if (lower.length > 0 && dependencies?.target) {
    const { documents } = layeredImage(base, lower, { env: {}, labels: {} });
    await push(documents, { base, target: dependencies.target }, context);
  }
  const { documents } = layeredImage(base, layers, changes);
  await push(documents, { base, target }, context);
  const { digest } = documents;
  return { digest, image: `docker://${target.registry}/${target.repository}@${digest}` };
}

function pack(folder: string, { path }: BuildRequest, { layout, skopeo, signal }: Build): Promise<LayerBlob> {
  return packLayer({ folder, path, blobs: blobsOf(layout), timeoutMs: skopeo.copyTimeoutMs, signal });
}

interface Push {
  base: ResolvedBase;
  target: RegistryReference;
}

/** Tries it with the new layers alone: the base's are there after an earlier build, or the registry mounts them. */
async function push(documents: ImageDocuments, { base, target }: Push, context: Build): Promise<void> {
  const { layout, run, skopeo } = context;
  await writeImage(layout, documents);
  if (await mountBase(base, target, context)) {
    try {
      return await pushLayout(layout, target, run, skopeo);
    } catch (error) {
      // A registry that loses a blob between the two requests; whatever else it is, it comes again below.
      if (error instanceof PlatformError && error.code === 'disk_full') throw error;
    }
  }
  await fetchLayers(base, context);
  await pushLayout(layout, target, run, skopeo);
}

function mountBase(base: ResolvedBase, target: RegistryReference, context: Build): Promise<boolean> {
  const { skopeo, auths, signal } = context;
  const digests = base.manifest.layers.map(({ digest }) => digest);
  const insecure = skopeo.insecureRegistries.includes(target.registry);
  const auth = auths.get(target.registry);
  return mountLayers({
    from: base.reference,
    to: target,
    digests,
    insecure,
    auth,
    fetch: context.fetch,
    signal,
  });
}

async function fetchLayers({ reference }: ResolvedBase, { layout, run, skopeo }: Build): Promise<void> {
  const folder = await mkdtemp(join(run.folder, 'base-'));
  await copyToLayout(reference, dirname(blobsOf(layout)), { ...run, folder }, skopeo);
}
