import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { RoutesDocument } from '../kontainer/routes.ts';
import { isThere } from '../lib/is-there.ts';
import { publishBundle, readSource, type BundleContent } from '../oci/bundle-publish.ts';
import { readCurrent, readRoutes } from '../oci/bundles.ts';
import { layerContentPath, versionFilesPath, type BundleName, type BundleVersion } from '../oci/paths.ts';
import type { DeployEnvironment, DeployRequest } from './deploy-request.ts';
import { step } from './failure.ts';
import type { ResolvedRoutes } from './resolve-routes.ts';

const specSchema = z.object({
  generation: z.number(),
  layers: z.array(z.string()),
  files: z.string().optional(),
});
const sourceSchema = z.object({ digest: z.string(), input: z.string() });

/** A version as it is served now. */
export interface ServedBundle {
  version: BundleVersion;
  /** As they were written, in the order of their keys: the name of a version depends on it. */
  spec: object;
  imageConfig: object;
  generation: number;
  source: z.infer<typeof sourceSchema>;
  routes: unknown;
  /** Folder of those that lie over the image's; undefined for none. */
  files: string | undefined;
  /** Whether all its layers are there. */
  isComplete: boolean;
}

export async function readServed(root: string, bundle: BundleName): Promise<ServedBundle | null> {
  const current = await readCurrent(root, bundle);
  if (current === null) return null;
  const { version } = current;
  const source = sourceSchema.safeParse(await readSource(root, bundle, version));
  if (!source.success) return null;
  const { generation, layers, files } = specSchema.parse(current.spec);
  const present = await Promise.all(layers.map((layer) => isThere(layerContentPath(root, layer))));
  return {
    version,
    spec: current.spec as object,
    imageConfig: current.imageConfig as object,
    generation,
    source: source.data,
    routes: await readRoutes(root, bundle, version),
    files: files === undefined ? undefined : versionFilesPath(root, bundle, version),
    isComplete: present.every(Boolean),
  };
}

export interface ServeRoutesOptions {
  current: ServedBundle;
  routes: ResolvedRoutes;
  /** It is what the Image asks for. */
  isReady: boolean;
}

/** Publishes the program that is served with other routes, where they differ. It needs nothing but what is here. */
export async function serveRoutes(
  { object }: Pick<DeployRequest, 'object'>,
  environment: DeployEnvironment,
  { current, routes, isReady }: ServeRoutesOptions,
): Promise<void> {
  const { metadata } = object;
  const generation = isReady ? (metadata.generation ?? 0) : current.generation;
  const isSame = isDeepStrictEqual(current.routes ?? undefined, asJson(routes.document));
  if (isSame && generation === current.generation) return;
  const { imageConfig, source, files } = current;
  const content = {
    spec: { ...current.spec, generation },
    imageConfig,
    source,
    ...asContent(routes),
    ...(files === undefined ? {} : { files: { like: files } }),
  };
  const { namespace, name } = metadata;
  await step('InternalError', () => publish(environment, { namespace, name }, content));
}

export function asContent({ document }: ResolvedRoutes): Pick<BundleContent, 'routes'> {
  return document === undefined ? {} : { routes: document };
}

export function publish(
  { root, guard, clock }: Pick<DeployEnvironment, 'root' | 'guard' | 'clock'>,
  bundle: BundleName,
  content: BundleContent,
): Promise<BundleVersion> {
  return guard.exclusive(() => publishBundle(root, bundle, content, clock.now()));
}

function asJson(document: RoutesDocument | undefined): unknown {
  return document === undefined ? undefined : JSON.parse(JSON.stringify(document));
}
