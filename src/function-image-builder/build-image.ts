import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatAuthFile, type RegistryAuths } from '../oci/registry-auth.ts';
import type { ImageReference, RegistryReference } from '../oci/reference.ts';
import type { SkopeoOptions, SkopeoRun } from '../oci/skopeo.ts';
import { resolveBase, type ResolvedBase } from './base-image.ts';
import { pushDirectly } from './direct-push.ts';
import { blobsOf, createLayout, writeImage } from './image-layout.ts';
import { packLayer } from './layer-blob.ts';
import type { LayerBlob } from './layer-request.ts';
import {
  layerImage,
  layeredImage,
  onlyLayer,
  type ConfigChanges,
  type ImageDocuments,
} from './layered-image.ts';
import { RegistrySession } from './registry-session.ts';

export interface BuildRequest {
  /** The runtime image. */
  base: ImageReference;
  target: RegistryReference;
  /** Where the folders come to lie in the image. */
  path: string;
  /**
   * The lower layer: what was installed, kept as an image of that layer alone when there is a target; or the image that
   * an earlier build has kept.
   */
  dependencies: { folder: string; target: RegistryReference | null } | { image: RegistryReference } | null;
  /** The function's own files; the upper layer. */
  folder: string;
  changes: ConfigChanges;
}

export interface BuildOptions {
  skopeo: SkopeoOptions;
  auths: RegistryAuths;
  /** A folder with room for the layers; what is made in it is removed again. */
  work: string;
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
  /** With the registry that the image goes to. */
  session: RegistrySession;
}

/**
 * Puts the folders as layers on the base and pushes the result. Rejects with `invalid` when the author must act,
 * `not_ready` or `disk_full` otherwise.
 */
export async function buildImage(request: BuildRequest, options: BuildOptions): Promise<BuiltImage> {
  await mkdir(options.work, { recursive: true });
  const folder = await mkdtemp(join(options.work, 'build-'));
  try {
    const authFile = join(folder, 'auth.json');
    await writeFile(authFile, formatAuthFile([options.auths]), { mode: 0o600 });
    const layout = join(folder, 'layout');
    await createLayout(layout);
    using session = openSession(request.target, options);
    return await build(request, {
      ...options,
      layout,
      run: { folder, authFile, signal: options.signal },
      session,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function openSession(
  { registry }: RegistryReference,
  { skopeo, auths, signal }: BuildOptions,
): RegistrySession {
  const insecure = skopeo.insecureRegistries.includes(registry);
  return new RegistrySession({ registry, insecure, auth: auths.get(registry), signal });
}

async function build(request: BuildRequest, context: Build): Promise<BuiltImage> {
  const { target, changes } = request;
  const [base, lower, upper] = await Promise.all([
    resolveBase(request.base, context),
    dependencyLayer(request, context),
    pack(request.folder, request, context),
  ]);
  const layers = [...(lower === null ? [] : [lower.layer]), upper];
  const documents = layeredImage(base, layers, changes);
  await push({ documents, sources: [base, ...(lower?.source ?? [])], target }, context);
  const { digest } = documents;
  return { digest, image: `docker://${target.registry}/${target.repository}@${digest}` };
}

interface LowerLayer {
  layer: LayerBlob;
  /** The image that has it, if it is not here. */
  source: ResolvedBase[];
}

async function dependencyLayer(request: BuildRequest, context: Build): Promise<LowerLayer | null> {
  const { dependencies } = request;
  if (dependencies === null) return null;
  const { skopeo } = context;
  if ('image' in dependencies) {
    const source = await resolveBase(dependencies.image, context);
    return { layer: onlyLayer(source), source: [source] };
  }
  const layer = await pack(dependencies.folder, request, context);
  if (dependencies.target !== null) {
    const documents = layerImage(layer, skopeo.architecture);
    await push({ documents, sources: [], target: dependencies.target }, context);
  }
  return { layer, source: [] };
}

function pack(folder: string, { path }: BuildRequest, { layout, skopeo, signal }: Build): Promise<LayerBlob> {
  return packLayer({ folder, path, blobs: blobsOf(layout), timeoutMs: skopeo.copyTimeoutMs, signal });
}

interface Push {
  documents: ImageDocuments;
  /** Images whose layers it has beside those that are here. */
  sources: readonly ResolvedBase[];
  target: RegistryReference;
}

/** Without a program where that works; else skopeo, with the new layers alone at first: the others may be there by now. */
async function push({ documents, sources, target }: Push, context: Build): Promise<void> {
  const { layout, run, skopeo, session } = context;
  const mounts = mountable(sources, target);
  const isComplete = sources.every(({ manifest }) =>
    manifest.layers.every(({ digest }) => mounts.has(digest)),
  );
  if (isComplete && (await pushDirectly({ documents, target, blobs: blobsOf(layout), mounts }, session)))
    return;
  const { pushLayout } = await import('../oci/skopeo.ts');
  await writeImage(layout, documents);
  if (isComplete) {
    try {
      return await pushLayout(layout, target, run, skopeo);
    } catch (error) {
      // A layer is not there after all; whatever else it is, it comes again below.
      if (sources.length === 0) throw error;
    }
  }
  for (const source of sources) await fetchLayers(source, context);
  await pushLayout(layout, target, run, skopeo);
}

/** Repositories of the target's registry that have layers, by digest. */
function mountable(sources: readonly ResolvedBase[], { registry }: RegistryReference): Map<string, string> {
  const found = new Map<string, string>();
  for (const { reference, manifest } of sources)
    if (reference.transport === 'docker' && reference.registry === registry)
      for (const { digest } of manifest.layers) found.set(digest, reference.repository);
  return found;
}

async function fetchLayers({ reference }: ResolvedBase, { layout, run, skopeo }: Build): Promise<void> {
  const { copyToLayout } = await import('../oci/skopeo.ts');
  const folder = await mkdtemp(join(run.folder, 'base-'));
  await copyToLayout(reference, dirname(blobsOf(layout)), { ...run, folder }, skopeo);
}
