import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { provision } from '../function-image-builder/source/provision.ts';
import { parseSourceConfig, type SourceConfig } from '../function-image-builder/source/source-config.ts';
import { defaultSourceLimits, layerLimits } from '../function-image-builder/source/source-limits.ts';
import { reportFailure } from '../lib/termination-message.ts';
import { onStopSignal } from '../lib/stop-signals.ts';
import type { RegistryAuths } from '../oci/registry-auth.ts';

async function credentials(folder: string | undefined): Promise<RegistryAuths> {
  const file = join(folder ?? '/nowhere', '.dockerconfigjson');
  if (!existsSync(file)) return new Map();
  // Most sources are in no registry, and a start is most of what this program costs.
  const { parseDockerConfig } = await import('../oci/registry-auth.ts');
  return parseDockerConfig(await readFile(file, 'utf8'), 'of the registry');
}

async function run(config: SourceConfig, env: NodeJS.ProcessEnv): Promise<void> {
  const stop = new AbortController();
  onStopSignal(process, () => stop.abort());
  const { insecureRegistries, output } = config;
  const limits = config.isLayer ? layerLimits : defaultSourceLimits;
  // skopeo is a Go program: it takes this file beside the system's folder of certificates (crypto/x509).
  if (config.certificateAuthority !== null) env['SSL_CERT_FILE'] = config.certificateAuthority;
  const skopeo = {
    insecureRegistries,
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    copyTimeoutMs: limits.timeoutMs,
    maxBlobBytes: limits.maxDownloadBytes,
  };
  const auths = await credentials(env['DOCKER_CONFIG_FOLDER']);
  const path = env['PATH'] ?? '/usr/bin:/bin';
  await provision(config, { limits, skopeo, auths, work: output, path, fetch, signal: stop.signal });
}

const [, , ...args] = process.argv;
try {
  await run(parseSourceConfig(args), process.env);
} catch (error) {
  process.exitCode = await reportFailure(args, error);
}
// Connections that are kept alive would hold the program back for seconds.
process.exit();
