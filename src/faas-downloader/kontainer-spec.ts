import { posix } from 'node:path';
import { parseDuration } from '../api/duration.ts';
import type { Image } from '../api/image.ts';
import { parseBytes, parseCpuMillis } from '../api/quantity.ts';
import { kontainerSpecSchema, type KontainerSpec, type Limits } from '../kontainer/spec.ts';
import { PlatformError } from '../lib/errors.ts';
import type { StoredImage } from '../oci/image-store.ts';
import { resolveUser, type Accounts } from '../oci/image-user.ts';
import { defaultPath, imageDefaults } from './defaults.ts';

export interface SpecSources {
  object: Image;
  image: StoredImage;
  /** Those that show, lowest first. */
  layers: readonly { diffId: string }[];
  accounts: Accounts;
  /** `spec.env`, resolved. */
  env: Record<string, string>;
  /** Hash of `spec.files`, resolved. */
  files?: string | undefined;
}

/** All that a node needs to start Kontainers of an Image. Throws `invalid` where image and spec together make no sense. */
export function buildKontainerSpec(sources: SpecSources): KontainerSpec {
  const { object, image, layers, accounts, env, files } = sources;
  const { metadata, spec } = object;
  const config = image.config.config ?? {};
  const { home, ...user } = resolveUser(config.User ?? '', accounts);
  const args = buildArgs(spec, config);
  const allEnv = { PATH: defaultPath, HOME: home, ...imageEnv(config.Env), ...env };
  checkStart(args, allEnv);
  return {
    version: 1,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    digest: image.digest,
    layers: layers.map(({ diffId }) => diffId),
    args,
    env: allEnv,
    workingDir: workingDir(config.WorkingDir),
    ...(files === undefined ? {} : { files }),
    user,
    isolation: 'container',
    ...protocolOf(spec, image),
    ...lifeOf(spec, image),
    limits: limitsOf(spec.resources ?? {}),
  };
}

function protocolOf(spec: Image['spec'], image: StoredImage): Pick<KontainerSpec, 'protocol' | 'port'> {
  const protocol = spec.protocol ?? label(image, 'protocol') ?? imageDefaults.protocol;
  const port = spec.port ?? exposedPort(image.config.config?.ExposedPorts) ?? imageDefaults.port;
  return { protocol, port };
}

type Life = Pick<KontainerSpec, 'start' | 'concurrency' | 'prewarm' | 'timeoutMs' | 'idleTimeoutMs'>;

function lifeOf(
  { start, concurrency, prewarm, timeout, idleTimeout }: Image['spec'],
  image: StoredImage,
): Life {
  return {
    start: start ?? label(image, 'start') ?? imageDefaults.start,
    concurrency: concurrency ?? imageDefaults.concurrency,
    prewarm: prewarm ?? imageDefaults.prewarm,
    timeoutMs: timeout === undefined ? imageDefaults.timeoutMs : parseDuration(timeout),
    idleTimeoutMs: idleTimeout === undefined ? imageDefaults.idleTimeoutMs : parseDuration(idleTimeout),
  };
}

type Config = NonNullable<StoredImage['config']['config']>;

/** As Kubernetes does it: `command` replaces entrypoint and arguments, `args` the arguments. */
function buildArgs({ command, args }: Image['spec'], config: Config): string[] {
  const entrypoint = command ?? config.Entrypoint ?? [];
  const rest = args ?? (command === undefined ? (config.Cmd ?? []) : []);
  const all = [...entrypoint, ...rest];
  if (all.length === 0 || all[0] === '') {
    throw unusable(
      'The image names no program to start',
      'Set spec.command, or ENTRYPOINT or CMD in the image.',
    );
  }
  if (all.some((arg) => arg.includes('\0'))) {
    throw unusable('An argument of the program contains a zero byte', 'Remove it.');
  }
  return all;
}

/** What Linux lets a program start with: 128 KiB each (execve(2)), and all together, with their pointers, a part of its stack. */
const maxStringBytes = 131_071;
const maxStartBytes = 1024 ** 2;
const pointerBytes = 8;

function checkStart(args: readonly string[], env: Readonly<Record<string, string>>): void {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const sizes = [...args, ...variables].map((text) => Buffer.byteLength(text) + 1);
  const total = sizes.reduce((sum, size) => sum + size + pointerBytes, 0);
  if (total <= maxStartBytes && sizes.every((size) => size <= maxStringBytes)) return;
  throw unusable(
    'No program can be started with so large arguments and environment variables',
    'Each has to be smaller than 128 KiB, and all together than 1 MiB: larger data belongs into files.',
  );
}

function imageEnv(entries: Config['Env']): Record<string, string> {
  const env: Record<string, string> = {};
  for (const entry of entries ?? []) {
    const equals = entry.indexOf('=');
    if (equals > 0 && !entry.includes('\0')) env[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  return env;
}

function workingDir(path: Config['WorkingDir']): string {
  if (path?.includes('\0') === true) throw unusable('The working folder contains a zero byte', 'Remove it.');
  return posix.resolve('/', path ?? '');
}

/** Keys look like `8080/tcp` or `8080`. */
function exposedPort(ports: Config['ExposedPorts']): number | undefined {
  for (const key of Object.keys(ports ?? {})) {
    const match = /^([1-9][0-9]{0,4})(\/tcp)?$/.exec(key);
    if (match !== null && Number(match[1]) < 65_536) return Number(match[1]);
  }
  return undefined;
}

/** `io.kontain.protocol` and `io.kontain.start`: what the image was made for. */
function label<K extends 'protocol' | 'start'>(image: StoredImage, name: K): KontainerSpec[K] | undefined {
  const key = `io.kontain.${name}`;
  const value = image.config.config?.Labels?.[key];
  if (value === undefined || value === '') return undefined;
  const schema = kontainerSpecSchema.shape[name];
  const result = schema.safeParse(value);
  if (result.success) return result.data as KontainerSpec[K];
  throw unusable(
    `The image's label ${key} is ${JSON.stringify(value.slice(0, 100))}`,
    `Write one of ${schema.options.join(', ')}, or set spec.${name}.`,
  );
}

function limitsOf(resources: NonNullable<Image['spec']['resources']>): Limits {
  const { memory, cpu, pids, ephemeralStorage, fileSize } = resources;
  const { limits } = imageDefaults;
  const tmpBytes = ephemeralStorage === undefined ? limits.tmpBytes : parseBytes(ephemeralStorage);
  return {
    memoryBytes: memory === undefined ? limits.memoryBytes : parseBytes(memory),
    cpuMillis: cpu === undefined ? limits.cpuMillis : parseCpuMillis(cpu),
    pids: pids ?? limits.pids,
    // A /tmp that was made larger is meant for files of that size.
    fileSizeBytes: fileSize === undefined ? Math.max(limits.fileSizeBytes, tmpBytes) : parseBytes(fileSize),
    tmpBytes,
    logBytes: limits.logBytes,
  };
}

function unusable(problem: string, hint: string): PlatformError {
  return new PlatformError('invalid', `${problem}.`, { hint });
}
