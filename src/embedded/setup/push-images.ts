import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutManifest } from '../../oci/image-store.ts';
import { imageArchitecture } from '../../oci/platform.ts';
import type { RegistryReference } from '../../oci/reference.ts';
import { formatAuthFile, type RegistryAuths } from '../../oci/registry-auth.ts';
import { RegistryClient } from '../../oci/registry/registry-client.ts';
import { RegistryConnection } from '../../oci/registry/registry-connection.ts';
import { pushLayout } from '../../oci/skopeo.ts';

export interface PushImagesOptions {
  /** Holds an OCI layout for each image. */
  folder: string;
  /** Which of them. */
  names: readonly string[];
  /** `host:port` on loopback, plain HTTP. */
  registry: string;
  auths: RegistryAuths;
  signal: AbortSignal;
}

/** Where the platform's own images are in the registry. */
export const platformRepository = 'kontain';

const copyTimeoutMs = 5 * 60_000;
const maxBlobBytes = 4 * 1024 ** 3;

/** The layouts of a folder but those that are samples: runtimes, and what builds functions. */
export function platformImages(folder: string, samples: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'index.json')));
  return names.filter((name) => !existsSync(join(samples, name))).sort();
}

/** Pushes the images that the registry does not have as they are. Returns the digests by name. */
export async function pushImages(options: PushImagesOptions): Promise<Map<string, string>> {
  const { folder, names, registry, auths, signal } = options;
  await using connection = new RegistryConnection({ isInsecure: (host) => host === registry });
  const client = new RegistryClient(connection);
  const digests = new Map<string, string>();
  for (const name of names) {
    const reference: RegistryReference = {
      transport: 'docker',
      registry,
      repository: `${platformRepository}/${name}`,
      tag: 'latest',
      digest: null,
    };
    const digest = await layoutManifest(join(folder, name));
    digests.set(name, digest);
    if ((await client.manifestDigest(reference, { auths, signal })) !== digest)
      await push(join(folder, name), reference, options);
  }
  return digests;
}

async function push(
  layout: string,
  to: RegistryReference,
  { registry, auths, signal }: PushImagesOptions,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kontain-push-'));
  try {
    const authFile = join(folder, 'auth.json');
    await writeFile(authFile, formatAuthFile([auths]), { mode: 0o600 });
    const skopeo = {
      insecureRegistries: [registry],
      architecture: imageArchitecture(process.arch),
      copyTimeoutMs,
      maxBlobBytes,
    };
    await pushLayout(layout, to, { folder, authFile, signal }, skopeo);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
