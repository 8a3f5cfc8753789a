import { exec, type ExecResult } from '../lib/exec.ts';
import { skopeoFailure } from './skopeo-failure.ts';
import { formatReference, type ImageReference, type RegistryReference } from './reference.ts';

export interface SkopeoOptions {
  /** The program, `skopeo` by default. */
  program?: string;
  /** Hosts (with port) whose certificates are not checked, and that may speak plain HTTP. */
  insecureRegistries: readonly string[];
  /** Signature policy, containers-policy.json(5); without it the system's /etc/containers/policy.json counts. */
  policyFile?: string | undefined;
  architecture: string;
  /** Wall time of one copy. */
  copyTimeoutMs: number;
  /** Largest file it may write: a registry that sends without end fills no disk. */
  maxBlobBytes: number;
}

export interface SkopeoRun {
  /** A private folder for its temporary files; also its working folder. */
  folder: string;
  /** Registry credentials, containers-auth.json(5): always given, so that no account's own are used. */
  authFile: string;
  signal: AbortSignal;
}

const inspectTimeoutMs = 60_000;
/** The limit of registries and of skopeo itself. */
const maxManifestBytes = 4 * 1024 * 1024;

/** A downloader that is killed leaves no copy running. */
const endsWithUs = ['--pdeathsig', 'KILL', '--'];

/** The bytes of the manifest or index that a reference leads to. */
export function inspectManifest(
  reference: ImageReference,
  run: SkopeoRun,
  options: SkopeoOptions,
): Promise<Buffer> {
  return inspect(['--raw', '--', formatReference(reference)], tlsVerify(reference, options), run, options);
}

/** The configuration of an image, as its author's tool wrote it; the reference must lead to one manifest. */
export function inspectConfig(
  reference: ImageReference,
  run: SkopeoRun,
  options: SkopeoOptions,
): Promise<Buffer> {
  const args = ['--config', '--raw', '--', formatReference(reference)];
  return inspect(args, tlsVerify(reference, options), run, options);
}

async function inspect(
  args: readonly string[],
  verify: boolean,
  run: SkopeoRun,
  options: SkopeoOptions,
): Promise<Buffer> {
  const access = ['--authfile', run.authFile, `--tls-verify=${verify}`];
  const { stdout } = await skopeo(['inspect', ...access, ...args], inspectTimeoutMs, run, options);
  return stdout;
}

/**
 * Copies the only image of an OCI layout to a registry, byte for byte. Blobs that the repository has are not read: the
 * layout may lack them.
 */
export async function pushLayout(
  layout: string,
  target: RegistryReference,
  run: SkopeoRun,
  options: SkopeoOptions,
): Promise<void> {
  const verify = `--dest-tls-verify=${tlsVerify(target, options)}`;
  const args = ['copy', '--quiet', '--preserve-digests', '--dest-authfile', run.authFile, verify];
  await skopeo(
    [...args, '--', `oci:${layout}`, formatReference(target)],
    options.copyTimeoutMs,
    run,
    options,
  );
}

/**
 * Copies an image as an OCI layout `<folder>/layout`, whose index.json names its manifest. Blobs go to
 * `<sharedBlobs>/sha256/`, each by rename once it is complete and its digest right; those that are there are not
 * fetched. Manifests of other formats are converted.
 */
export async function copyToLayout(
  reference: ImageReference,
  sharedBlobs: string,
  run: SkopeoRun,
  options: SkopeoOptions,
): Promise<void> {
  const args = [
    'copy',
    '--quiet',
    '--src-authfile',
    run.authFile,
    `--src-tls-verify=${tlsVerify(reference, options)}`,
    '--dest-shared-blob-dir',
    sharedBlobs,
    // Compressing what a local archive holds plain costs more time than the disk is worth.
    '--dest-oci-accept-uncompressed-layers',
    // Signatures have been checked against the policy by then, and an OCI layout cannot hold them.
    '--remove-signatures',
    '--',
    formatReference(reference),
    'oci:layout',
  ];
  await skopeo(args, options.copyTimeoutMs, run, options);
}

async function skopeo(
  args: readonly string[],
  timeoutMs: number,
  { folder, signal }: SkopeoRun,
  options: SkopeoOptions,
): Promise<ExecResult> {
  const { program = 'skopeo', policyFile, architecture, maxBlobBytes } = options;
  const globals = ['--tmpdir', folder, '--override-os', 'linux', '--override-arch', architecture];
  const policy = policyFile === undefined ? [] : ['--policy', policyFile];
  const limited = [
    ...endsWithUs,
    'prlimit',
    `--fsize=${maxBlobBytes}`,
    '--',
    program,
    ...globals,
    ...policy,
    ...args,
  ];
  const run = { timeoutMs, cwd: folder, signal, maxOutputBytes: maxManifestBytes };
  try {
    return await exec('setpriv', limited, run);
  } catch (error) {
    signal.throwIfAborted();
    throw skopeoFailure(error);
  }
}

function tlsVerify(reference: ImageReference, { insecureRegistries }: SkopeoOptions): boolean {
  return reference.transport !== 'docker' || !insecureRegistries.includes(reference.registry);
}
