import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { RegistryAuths } from '../../oci/registry-auth.ts';
import type { SkopeoOptions } from '../../oci/skopeo.ts';
import { cloneGit } from './clone-git.ts';
import { decodeBase64 } from './decode-base64.ts';
import { fetchUrl } from './fetch-url.ts';
import { detectArchive } from './file-type.ts';
import { SourceBudget } from './source-budget.ts';
import type { SourceConfig } from './source-config.ts';
import { explainFileError, sourceError } from './source-error.ts';
import type { SourceLimits } from './source-limits.ts';
import { unpackTar } from './unpack-tar.ts';
import { unpackZip } from './unpack-zip.ts';

export interface ProvisionOptions {
  limits: SourceLimits;
  skopeo: SkopeoOptions;
  auths: RegistryAuths;
  /** A folder on the same file system as the output; what is made in it is removed again. */
  work: string;
  /** Where programs are found: PATH. */
  path: string;
  fetch: typeof fetch;
  signal: AbortSignal;
}

/**
 * Brings a source into the output folder: fetched, decoded, its checksum checked, unpacked. Rejects with `invalid` when
 * the author must act, `not_ready` or `disk_full` otherwise.
 */
export async function provision(config: SourceConfig, options: ProvisionOptions): Promise<void> {
  await mkdir(config.output, { recursive: true });
  const work = await mkdtemp(join(options.work, '.source-'));
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.limits.timeoutMs)]);
  try {
    await provide(config, { ...options, work, signal });
    await placeDependencies(config);
  } catch (error) {
    throw explainFileError(error);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function provide(config: SourceConfig, options: ProvisionOptions): Promise<void> {
  const { place, output } = config;
  if (place.kind === 'git') {
    const { limits, work, path, signal } = options;
    const clone = {
      work,
      output,
      path,
      signal,
      timeoutMs: limits.timeoutMs,
      maxBytes: limits.maxDownloadBytes,
    };
    return await cloneGit(place, clone);
  }
  const file = join(options.work, 'content');
  await fetchContent(place, file, options);
  await checkChecksum(file, config);
  await unpack(file, config, options);
}

async function fetchContent(
  place: Exclude<SourceConfig['place'], { kind: 'git' }>,
  file: string,
  { limits, skopeo, auths, work, fetch, signal }: ProvisionOptions,
): Promise<void> {
  switch (place.kind) {
    case 'file':
      if (!place.base64) return await copyFile(place.path, file);
      return await writeFile(file, decodeBase64(await readFile(place.path, 'latin1')));
    case 'url':
      return await fetchUrl(place.url, file, { fetch, signal, maxBytes: limits.maxDownloadBytes });
    case 'oci': {
      // Loaded for what needs it: it takes longer than unpacking a file.
      const { formatAuthFile } = await import('../../oci/registry-auth.ts');
      const { fetchArtifact } = await import('./fetch-artifact.ts');
      const authFile = join(work, 'auth.json');
      await writeFile(authFile, formatAuthFile([auths]), { mode: 0o600 });
      return await fetchArtifact(place.reference, file, { folder: work, authFile, signal }, skopeo);
    }
  }
}

async function checkChecksum(file: string, { checksum }: SourceConfig): Promise<void> {
  if (checksum === null) return;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const actual = hash.digest('hex');
  if (actual === checksum) return;
  throw sourceError(
    `The source has the checksum sha256:${actual}, not sha256:${checksum} as spec.checksum says.`,
    'Write the new checksum if the change is right; otherwise find out who changed the source.',
  );
}

async function unpack(file: string, config: SourceConfig, { limits }: ProvisionOptions): Promise<void> {
  const { archive, name, output } = config;
  const kind = archive === 'auto' ? await detectArchive(file) : archive;
  if (kind === 'none') return await copyFile(file, join(output, name));
  const budget = new SourceBudget(limits.unpack);
  if (kind === 'zip') await unpackZip(file, output, budget);
  else await unpackTar(file, output, budget);
}

/** After the source, so that it counts where both have it. */
async function placeDependencies({ dependencies }: SourceConfig): Promise<void> {
  if (dependencies === null) return;
  const { file, name, output } = dependencies;
  await mkdir(output, { recursive: true });
  const target = join(output, name);
  // What an archive put there may be a link.
  await rm(target, { recursive: true, force: true });
  await copyFile(file, target);
}
