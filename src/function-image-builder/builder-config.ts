import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { errorMessage, PlatformError } from '../lib/errors.ts';
import { parseReference, type RegistryReference } from '../oci/reference.ts';
import type { BuildRequest } from './build-image.ts';

export interface BuilderConfig {
  request: BuildRequest;
  /** A file with registry credentials; null for none. */
  authFile: string | null;
  insecureRegistries: readonly string[];
  /** A file in PEM with what signs the registry's certificate, beside the system's own; null for none. */
  certificateAuthority: string | null;
  architecture: string;
  work: string;
  terminationLog: string;
}

const text = { type: 'string' } as const;

const options = {
  'runtime-image': text,
  image: text,
  function: { type: 'string', default: '/kubeless' },
  dependencies: text,
  'push-dependencies': text,
  'dependencies-image': text,
  path: { type: 'string', default: '/kubeless' },
  env: { type: 'string', multiple: true, default: [] as string[] },
  label: { type: 'string', multiple: true, default: [] as string[] },
  'tls-verify': { type: 'string', default: 'true' },
  'certificate-authority': text,
  architecture: text,
  work: { type: 'string', default: '/tmp' },
  'termination-log': { type: 'string', default: '/dev/termination-log' },
} as const;

const usage = `usage: function-image-builder --runtime-image=docker://… --image=docker://…:TAG [--function=FOLDER]
  [--dependencies=FOLDER [--push-dependencies=docker://…:TAG] | --dependencies-image=docker://…] [--path=/kubeless]
  [--env=NAME=VALUE]… [--label=NAME=VALUE]… [--tls-verify=false] [--certificate-authority=FILE]
  [--architecture=amd64] [--work=FOLDER] [--termination-log=FILE]`;

/**
 * Arguments and environment → configuration. Credentials are in `$DOCKER_CONFIG_FOLDER/.dockerconfigjson`, a mounted
 * Secret of type kubernetes.io/dockerconfigjson, or in `config.json` there. Throws `bad_request`.
 */
export function parseBuilderConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  machine: { arch: string; exists: (path: string) => boolean },
): BuilderConfig {
  const values = parse(args);
  const request: BuildRequest = {
    base: parseReference(needed(values['runtime-image'], '--runtime-image')),
    target: registryReference(needed(values.image, '--image')),
    path: imagePath(values.path),
    folder: values.function,
    dependencies: dependencies(values),
    changes: { env: pairs(values.env, '--env'), labels: pairs(values.label, '--label') },
  };
  return {
    request,
    authFile: authFile(env['DOCKER_CONFIG_FOLDER'], machine.exists),
    insecureRegistries: values['tls-verify'] === 'false' ? registriesOf(request) : [],
    certificateAuthority: values['certificate-authority'] ?? null,
    architecture: values.architecture ?? ociArchitecture(machine.arch),
    work: values.work,
    terminationLog: values['termination-log'],
  };
}

function needed(value: string | undefined, option: string): string {
  if (value === undefined) throw misused(`${option} is needed`);
  return value;
}

function dependencies(values: ReturnType<typeof parse>): BuildRequest['dependencies'] {
  const { dependencies: folder, 'push-dependencies': target, 'dependencies-image': image } = values;
  if (image !== undefined) return { image: registryReference(image) };
  if (folder === undefined) return null;
  return { folder, target: target === undefined ? null : registryReference(target) };
}

function registriesOf({ base, target, dependencies: lower }: BuildRequest): string[] {
  const references = [base, target, lower !== null && 'image' in lower ? lower.image : lower?.target];
  return references.flatMap((reference) => (reference?.transport === 'docker' ? [reference.registry] : []));
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw misused(errorMessage(error));
  }
}

function registryReference(value: string): RegistryReference {
  const reference = parseReference(value);
  if (reference.transport === 'docker') return reference;
  throw misused(`${value} is in no registry: write docker://registry/repository:tag`);
}

function imagePath(path: string): string {
  // It becomes part of an expression of tar.
  if (/^(\/[A-Za-z0-9_][-A-Za-z0-9_.]*)+$/.test(path)) return path;
  throw misused(`--path ${path} is no plain absolute path`);
}

function pairs(lines: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const equals = line.indexOf('=');
      if (equals < 1) throw misused(`${option} ${line} is not NAME=VALUE`);
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

function authFile(folder: string | undefined, exists: (path: string) => boolean): string | null {
  if (folder === undefined) return null;
  return [join(folder, '.dockerconfigjson'), join(folder, 'config.json')].find(exists) ?? null;
}

/** Node.js' names → those of OCI images (Go's). */
function ociArchitecture(arch: string): string {
  return arch === 'x64' ? 'amd64' : arch;
}

function misused(message: string): PlatformError {
  return new PlatformError('bad_request', message, { hint: usage });
}
