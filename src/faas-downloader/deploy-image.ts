import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Image } from '../api/image.ts';
import type { Clock } from '../lib/clock.ts';
import { hasErrno } from '../lib/errors.ts';
import { publishBundle, readSource } from '../oci/bundle-publish.ts';
import { readCurrent } from '../oci/bundles.ts';
import type { CollectionGuard } from '../oci/collection-guard.ts';
import { readImageFile } from '../oci/image-files.ts';
import type { StoredImage } from '../oci/image-store.ts';
import type { Accounts } from '../oci/image-user.ts';
import type { LayerStore, UnpackedLayer } from '../oci/layer-store.ts';
import { layerContentPath, type BundleName } from '../oci/paths.ts';
import { pullImage, type PulledImage, type PullOptions } from '../oci/pull-image.ts';
import { parseReference } from '../oci/reference.ts';
import type { RegistryAuths } from '../oci/registry-auth.ts';
import { visibleLayers } from '../oci/visible-layers.ts';
import type { Note } from '../oci/unpack/notes.ts';
import { resolveEnv, type ReferenceReader } from './env-values.ts';
import { step, type ReadyReason } from './failure.ts';
import { buildKontainerSpec } from './kontainer-spec.ts';
import { readPullSecrets } from './pull-secrets.ts';

export interface DeployEnvironment {
  root: string;
  pull: PullOptions;
  layers: LayerStore;
  guard: CollectionGuard;
  /** Credentials of the node, weaker than those of an Image. */
  nodeAuths: RegistryAuths;
  clock: Pick<Clock, 'now'>;
}

export interface DeployRequest {
  object: Image;
  reader: ReferenceReader;
  /** Ask the registry again although nothing changed here. */
  refresh: boolean;
  signal: AbortSignal;
  /** Told before a step that can take long. */
  onProgress: (reason: ReadyReason, message: string) => Promise<void>;
}

export interface Deployed {
  /** Digest that spec.image leads to. */
  digest: string;
  /** False when it was ready before. */
  changed: boolean;
  /** What is different from the image, with the reason. */
  notes: Note[];
}

const sourceSchema = z.object({ digest: z.string(), input: z.string() });
/** Part of the hash of all input: raise it when the same input shall give another bundle. */
const bundleFormat = 1;
const maxAccountsBytes = 1024 * 1024;

/**
 * Makes the bundle on disk equal to an Image. What is served now stays untouched until the new version is whole. Rejects
 * with DeployFailure, or with the signal's reason.
 */
export async function deployImage(request: DeployRequest, environment: DeployEnvironment): Promise<Deployed> {
  const { object, reader, refresh } = request;
  const env = await step('InvalidSpec', () => resolveEnv(object.spec.env ?? [], reader));
  const input = hashInput(object, env);
  const ready = refresh ? null : await findReady(environment.root, nameOf(object), input);
  if (ready !== null) return { digest: ready, changed: false, notes: [] };
  using guard = environment.guard.startPull();
  const pulled = await step('PullFailed', () => pull(request, environment, guard));
  const layers = await step('InvalidImage', () => unpack(request, environment, pulled.image));
  const visible = visibleLayers(layers);
  const accounts = await step('InvalidImage', () => readAccounts(environment.root, visible));
  const changed = await step('InvalidImage', async () => {
    const spec = buildKontainerSpec({ object, image: pulled.image, layers: visible, accounts, env });
    const source = { digest: pulled.sourceDigest, input };
    const content = { spec, imageConfig: pulled.image.config, source };
    const before = await readCurrent(environment.root, nameOf(object));
    const version = await environment.guard.exclusive(() =>
      publishBundle(environment.root, nameOf(object), content, environment.clock.now()),
    );
    return before?.version !== version;
  });
  return { digest: pulled.sourceDigest, changed, notes: layers.flatMap(({ notes }) => notes) };
}

export const nameOf = ({ metadata: { namespace, name } }: Image): BundleName => ({ namespace, name });

function hashInput(object: Image, env: Record<string, string>): string {
  const { metadata, spec } = object;
  const input = [bundleFormat, metadata.uid, metadata.generation, spec, env];
  return createHash('sha256').update(JSON.stringify(input)).digest('hex');
}

/** The digest of the version in use, if it was made from the same input and all its layers are there. */
async function findReady(root: string, bundle: BundleName, input: string): Promise<string | null> {
  const current = await readCurrent(root, bundle);
  if (current === null) return null;
  const source = sourceSchema.safeParse(await readSource(root, bundle, current.version));
  if (!source.success || source.data.input !== input) return null;
  const { layers } = z.object({ layers: z.array(z.string()) }).parse(current.spec);
  const present = await Promise.all(layers.map((layer) => isThere(layerContentPath(root, layer))));
  return present.every(Boolean) ? source.data.digest : null;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

async function pull(
  { object, reader, signal, onProgress }: DeployRequest,
  { pull: options, nodeAuths }: DeployEnvironment,
  guard: ReturnType<CollectionGuard['startPull']>,
): Promise<PulledImage> {
  const reference = await step('InvalidSpec', async () => parseReference(object.spec.image));
  const auths = [nodeAuths, ...(await readPullSecrets(object.spec.imagePullSecrets ?? [], reader))];
  const onCopy = (): Promise<void> => onProgress('Pulling', `Fetching ${object.spec.image}.`);
  return pullImage({ reference, auths, guard, signal, onCopy }, options);
}

async function unpack(
  { signal, onProgress }: DeployRequest,
  { layers }: DeployEnvironment,
  image: StoredImage,
): Promise<UnpackedLayer[]> {
  const missing = await layers.missing(image);
  if (missing > 0)
    await onProgress('Unpacking', `Unpacking ${missing} of ${image.manifest.layers.length} layers.`);
  return layers.ensure(image, signal);
}

async function readAccounts(root: string, layers: readonly UnpackedLayer[]): Promise<Accounts> {
  const folders = layers.map(({ diffId, opaque }) => ({
    path: layerContentPath(root, diffId),
    opaque: new Set(opaque),
  }));
  const read = async (path: string): Promise<string> =>
    (await readImageFile(folders, path, maxAccountsBytes))?.toString('utf8') ?? '';
  return { passwd: await read('/etc/passwd'), group: await read('/etc/group') };
}
