import { mkdir } from 'node:fs/promises';
import type { Clock } from '../lib/clock.ts';
import { PlatformError } from '../lib/errors.ts';
import { KeyedSemaphore } from '../lib/keyed-semaphore.ts';
import { CollectionGuard } from '../oci/collection-guard.ts';
import { recoverGarbage } from '../oci/garbage.ts';
import { openImageStore } from '../oci/image-store.ts';
import { LayerStore } from '../oci/layer-store.ts';
import { bundlesPath, inUsePath, layersPath } from '../oci/paths.ts';
import { imageArchitecture } from '../oci/platform.ts';
import type { PullOptions } from '../oci/pull-image.ts';
import { readAuthFiles, type RegistryAuths } from '../oci/registry-auth.ts';
import { RegistryClient } from '../oci/registry/registry-client.ts';
import type { RegistryConnection } from '../oci/registry/registry-connection.ts';
import { defaultUnpackLimits } from '../oci/unpack/unpack-limits.ts';
import type { DownloaderConfig } from './config.ts';
import type { DeployEnvironment } from './deploy-request.ts';
import type { DownloaderMetrics } from './downloader-metrics.ts';

/** Makes the folders, finishes what a crash left, and puts together what deploys need. */
export async function openEnvironment(
  config: DownloaderConfig,
  {
    clock,
    metrics,
    connection,
  }: { clock: Clock; metrics: DownloaderMetrics; connection: RegistryConnection },
): Promise<DeployEnvironment> {
  const root = config.KONTAIN_ROOT;
  await mkdir(layersPath(root), { recursive: true, mode: 0o700 });
  await mkdir(bundlesPath(root), { recursive: true, mode: 0o700 });
  await mkdir(inUsePath(root), { recursive: true, mode: 0o700 });
  await recoverGarbage(root);
  await openImageStore(root);
  return {
    root,
    clock,
    idBase: config.KONTAIN_ID_BASE,
    guard: new CollectionGuard(),
    functionRegistry: config.KONTAIN_FUNCTION_REGISTRY,
    nodeAuths: await nodeAuths(config.KONTAIN_REGISTRY_AUTH),
    pull: pullOptions(config, connection),
    layers: layerStore(config, metrics),
  };
}

function pullOptions(config: DownloaderConfig, connection: RegistryConnection): PullOptions {
  return {
    root: config.KONTAIN_ROOT,
    localImages: config.KONTAIN_LOCAL_IMAGES,
    maxImageBytes: config.KONTAIN_MAX_IMAGE_BYTES,
    transfers: new KeyedSemaphore(config.KONTAIN_PULLS),
    near: { client: new RegistryClient(connection), hosts: config.KONTAIN_INSECURE_REGISTRIES },
    skopeo: {
      insecureRegistries: config.KONTAIN_INSECURE_REGISTRIES,
      policyFile: config.KONTAIN_SIGNATURE_POLICY,
      architecture: imageArchitecture(process.arch),
      copyTimeoutMs: config.KONTAIN_PULL_TIMEOUT_SECONDS * 1000,
      maxBlobBytes: config.KONTAIN_MAX_IMAGE_BYTES,
    },
  };
}

function layerStore(config: DownloaderConfig, metrics: DownloaderMetrics): LayerStore {
  return new LayerStore({
    root: config.KONTAIN_ROOT,
    idBase: config.KONTAIN_ID_BASE,
    limits: {
      ...defaultUnpackLimits,
      maxBytes: config.KONTAIN_MAX_UNPACKED_BYTES,
      maxEntries: config.KONTAIN_MAX_UNPACKED_FILES,
    },
    timeoutMs: config.KONTAIN_UNPACK_TIMEOUT_SECONDS * 1000,
    concurrency: config.KONTAIN_PULLS,
    near: config.KONTAIN_NEAR_LAYERS,
    onUnpacked: ({ bytes }) => {
      metrics.unpackedLayers.inc();
      metrics.unpackedBytes.inc(bytes);
    },
  });
}

async function nodeAuths(files: string | undefined): Promise<RegistryAuths> {
  try {
    return await readAuthFiles(files);
  } catch (cause) {
    const message = 'What KONTAIN_REGISTRY_AUTH names cannot be used.';
    throw new PlatformError('bad_request', message, { cause });
  }
}
