import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { buildImage } from '../function-image-builder/build-image.ts';
import { parseBuilderConfig, type BuilderConfig } from '../function-image-builder/builder-config.ts';
import { failureMessage, writeTerminationMessage } from '../lib/termination-message.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { toPlatformError } from '../lib/errors.ts';
import { onStopSignal } from '../lib/stop-signals.ts';
import { parseDockerConfig, type RegistryAuths } from '../oci/registry-auth.ts';

const copyTimeoutMs = 10 * 60_000;
const maxBlobBytes = 4 * 1024 ** 3;

async function credentials({ authFile }: BuilderConfig): Promise<RegistryAuths> {
  return authFile === null
    ? new Map()
    : parseDockerConfig(await readFile(authFile, 'utf8'), 'of the registry');
}

async function build(config: BuilderConfig): Promise<void> {
  const { request, insecureRegistries, architecture, work } = config;
  const stop = new AbortController();
  onStopSignal(process, () => stop.abort());
  const skopeo = { insecureRegistries, architecture, copyTimeoutMs, maxBlobBytes };
  const options = { skopeo, auths: await credentials(config), work, signal: stop.signal };
  const built = await buildImage(request, options);
  await writeTerminationMessage(config.terminationLog, JSON.stringify(built));
  console.log(`Pushed ${built.image}`);
}

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const config = parseBuilderConfig(args, env, { arch: process.arch, exists: existsSync });
  // skopeo is a Go program: it takes this file beside the system's folder of certificates (crypto/x509).
  if (config.certificateAuthority !== null) env['SSL_CERT_FILE'] = config.certificateAuthority;
  try {
    await build(config);
  } catch (error) {
    await writeTerminationMessage(config.terminationLog, failureMessage(error));
    throw error;
  }
}

try {
  await main(process.argv.slice(2), process.env);
} catch (error) {
  console.error(failureMessage(error));
  process.exitCode = errorCatalogue[toPlatformError(error).code].exit;
}
// Connections that are kept alive would hold the program back for seconds.
process.exit();
