import { createHash } from 'node:crypto';
import type { Image } from '../api/image.ts';
import type { CollectionGuard } from '../oci/collection-guard.ts';
import type { BundleContent } from '../oci/bundle-publish.ts';
import { readImageFile, type LayerFolder } from '../oci/image-files.ts';
import type { StoredImage } from '../oci/image-store.ts';
import type { Accounts } from '../oci/image-user.ts';
import type { UnpackedLayer } from '../oci/layer-store.ts';
import { isSameProgram, layerContentPath, type BundleName } from '../oci/paths.ts';
import { pullImage, type PulledImage } from '../oci/pull-image.ts';
import { parseReference } from '../oci/reference.ts';
import { foreignRepository } from '../oci/repository-owner.ts';
import { visibleLayers } from '../oci/visible-layers.ts';
import type { Note } from '../oci/unpack/notes.ts';
import { resolveEnv, type ReferenceReader } from './env-values.ts';
import { DeployFailure, step, toFailure } from './failure.ts';
import { fileTree, type TreeOptions } from './file-tree.ts';
import { hashFiles, resolveFiles, type ResolvedMount } from './file-values.ts';
import { buildKontainerSpec } from './kontainer-spec.ts';
import { readPullSecrets } from './pull-secrets.ts';
import { resolveRoutes } from './resolve-routes.ts';
import { asContent, publish, readServed, serveRoutes } from './serve-routes.ts';
import type { DeployEnvironment, DeployRequest } from './deploy-request.ts';

export interface Deployed {
  /** Digest that spec.image leads to. */
  digest: string;
  /** False when it was ready before. */
  changed: boolean;
  /** What is different from the image, with the reason. */
  notes: Note[];
}

/** Part of the hash of all input: raise it when the same input shall give another bundle. */
const bundleFormat = 2;
const maxAccountsBytes = 1024 * 1024;

/**
 * Makes the bundle on disk equal to an Image. What is served now stays untouched until the new version is whole. Rejects
 * with DeployFailure, or with the signal's reason.
 */
export async function deployImage(request: DeployRequest, environment: DeployEnvironment): Promise<Deployed> {
  const { object, reader } = request;
  const routes = await resolveRoutes(object, reader, environment.clock.now());
  const values = await resolved(() => resolveValues(object, reader));
  const input = values instanceof DeployFailure ? '' : hashInput(object, values);
  const current = await readServed(environment.root, nameOf(object));
  const isReady = !request.refresh && current?.source.input === input && current.isComplete;
  // Routes do not wait for a registry: who may call the version that is served counts now.
  if (current !== null) await serveRoutes(request, environment, { current, routes, isReady });
  request.onRoutes(routes);
  if (values instanceof DeployFailure) throw values;
  if (current !== null && isReady) return { digest: current.source.digest, changed: false, notes: [] };
  using guard = environment.guard.startPull();
  const pulled = await step('PullFailed', () => pull(request, environment, guard));
  const layers = await step('InvalidImage', () => unpack(request, environment, pulled.image));
  const visible = visibleLayers(layers);
  const folders = layerFolders(environment.root, visible);
  const accounts = await step('InvalidImage', () => readAccounts(folders));
  const changed = await step('InvalidImage', async () => {
    const { env, mounts } = values;
    const files = hashFiles(mounts);
    const spec = buildKontainerSpec({ object, image: pulled.image, layers: visible, accounts, env, files });
    const source = { digest: pulled.sourceDigest, input };
    const content = {
      spec,
      imageConfig: pulled.image.config,
      source,
      ...asContent(routes),
      ...(await filesContent(mounts, { spec, layers: folders, idBase: environment.idBase })),
    };
    const version = await publish(environment, nameOf(object), content);
    return current === null || !isSameProgram(current.version, version);
  });
  return { digest: pulled.sourceDigest, changed, notes: layers.flatMap(({ notes }) => notes) };
}

export const nameOf = ({ metadata: { namespace, name } }: Image): BundleName => ({ namespace, name });

async function resolved<T>(work: () => Promise<T>): Promise<T | DeployFailure> {
  return step('InvalidSpec', work).catch((error: unknown) => toFailure('InvalidSpec', error));
}

/** What an Image takes from Secrets and ConfigMaps. */
interface Values {
  env: Record<string, string>;
  mounts: ResolvedMount[];
}

async function resolveValues({ spec }: Image, reader: ReferenceReader): Promise<Values> {
  return {
    env: await resolveEnv(spec.env ?? [], reader),
    mounts: await resolveFiles(spec.files ?? [], reader),
  };
}

async function filesContent(
  mounts: readonly ResolvedMount[],
  options: TreeOptions,
): Promise<Pick<BundleContent, 'files'>> {
  return mounts.length === 0
    ? {}
    : { files: { tree: await step('InvalidSpec', () => fileTree(mounts, options)) } };
}

/** What Kontainers are made from. Routes are not: an edit of them starts no other ones. */
function hashInput({ metadata, spec }: Image, { env, mounts }: Values): string {
  const { routes: _, ...program } = spec;
  const input = [bundleFormat, metadata.uid, program, env, hashFiles(mounts)];
  return createHash('sha256').update(JSON.stringify(input)).digest('hex');
}

async function pull(
  { object, reader, signal, onProgress }: DeployRequest,
  { pull: options, nodeAuths, functionRegistry }: DeployEnvironment,
  guard: ReturnType<CollectionGuard['startPull']>,
): Promise<PulledImage> {
  const reference = await step('InvalidSpec', async () => parseReference(object.spec.image));
  const why = foreignRepository(reference, { namespace: object.metadata.namespace, functionRegistry });
  if (why !== undefined)
    throw new DeployFailure('InvalidSpec', `spec.image: ${object.spec.image} cannot be used: ${why}`, {
      retry: false,
    });
  const auths = [nodeAuths, ...(await readPullSecrets(object.spec.imagePullSecrets ?? [], reader))];
  const onCopy = (): void => onProgress('Pulling', `Fetching ${object.spec.image}.`);
  return pullImage({ reference, auths, guard, signal, onCopy }, options);
}

async function unpack(
  { signal, onProgress }: DeployRequest,
  { layers }: DeployEnvironment,
  image: StoredImage,
): Promise<UnpackedLayer[]> {
  const missing = await layers.missing(image);
  if (missing > 0) onProgress('Unpacking', `Unpacking ${missing} of ${image.manifest.layers.length} layers.`);
  return layers.ensure(image, signal);
}

function layerFolders(root: string, layers: readonly UnpackedLayer[]): LayerFolder[] {
  return layers.map(({ diffId, opaque }) => ({
    path: layerContentPath(root, diffId),
    opaque: new Set(opaque),
  }));
}

async function readAccounts(folders: readonly LayerFolder[]): Promise<Accounts> {
  const read = async (path: string): Promise<string> =>
    (await readImageFile(folders, path, maxAccountsBytes))?.toString('utf8') ?? '';
  return { passwd: await read('/etc/passwd'), group: await read('/etc/group') };
}
