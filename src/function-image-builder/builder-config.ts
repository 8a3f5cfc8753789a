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
  architecture: string;
  work: string;
  terminationLog: string;
}

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true, default: [] as string[] } as const;

const options = {
  base: text,
  target: text,
  function: { type: 'string', default: '/kubeless' },
  dependencies: text,
  'dependencies-target': text,
  path: { type: 'string', default: '/kubeless' },
  env: list,
  label: list,
  'insecure-registry': list,
  architecture: text,
  work: { type: 'string', default: '/tmp' },
  'termination-log': { type: 'string', default: '/dev/termination-log' },
} as const;

const usage = `usage: function-image-builder --base docker://… --target docker://…:TAG
  [--function FOLDER] [--dependencies FOLDER [--dependencies-target docker://…:TAG]] [--path /kubeless]
  [--env NAME=VALUE]… [--label NAME=VALUE]… [--insecure-registry HOST]… [--architecture amd64]
  [--work FOLDER] [--termination-log FILE]`;

/**
 * Arguments and environment → configuration. Credentials are in `$DOCKER_CONFIG/config.json` or, for a mounted Secret of
 * type kubernetes.io/dockerconfigjson, `$DOCKER_CONFIG/.dockerconfigjson`. Throws `bad_request`.
 */
export function parseBuilderConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  machine: { arch: string; exists: (path: string) => boolean },
): BuilderConfig {
  const values = parse(args);
  const { base, target, dependencies } = values;
  if (base === undefined || target === undefined) throw misused('--base and --target are needed');
  const kept = values['dependencies-target'];
  const dependenciesTarget = kept === undefined ? null : registryReference(kept);
  const request: BuildRequest = {
    base: registryReference(base),
    target: registryReference(target),
    path: imagePath(values.path),
    folder: values.function,
    dependencies: dependencies === undefined ? null : { folder: dependencies, target: dependenciesTarget },
    changes: { env: pairs(values.env, '--env'), labels: pairs(values.label, '--label') },
  };
  return {
    request,
    authFile: authFile(env['DOCKER_CONFIG'], machine.exists),
    insecureRegistries: values['insecure-registry'],
    architecture: values.architecture ?? ociArchitecture(machine.arch),
    work: values.work,
    terminationLog: values['termination-log'],
  };
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
  return [join(folder, 'config.json'), join(folder, '.dockerconfigjson')].find(exists) ?? null;
}

/** Node.js' names → those of OCI images (Go's). */
function ociArchitecture(arch: string): string {
  return arch === 'x64' ? 'amd64' : arch;
}

function misused(message: string): PlatformError {
  return new PlatformError('bad_request', message, { hint: usage });
}
