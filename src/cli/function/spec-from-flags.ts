import type { EnvVar } from '../../api/env-var.ts';
import { parseDuration } from '../../api/duration.ts';
import type { FunctionSpec } from '../../api/function-spec.ts';
import { parseBytes, parseCpuMillis } from '../../api/quantity.ts';
import { errorMessage, PlatformError } from '../../lib/errors.ts';
import type { FlagValues } from '../flag-values.ts';
import type { Io } from '../io.ts';
import { pairs, splitPair } from '../key-values.ts';
import { readDependencies, readSource, type LargeSources } from './read-source.ts';
import { podFields, serviceFields } from './pod-fields.ts';

export type SpecFields = Partial<FunctionSpec>;

/** The fields of Function.spec that the flags ask for, and no other. Throws `bad_request` for a flag that is wrong. */
export async function specFromFlags(
  name: string,
  flags: FlagValues,
  io: Io,
  large: LargeSources,
): Promise<SpecFields> {
  const plain = { ...runFields(flags), ...imageFields(flags), ...serviceFields(name, flags) };
  return { ...plain, ...podFields(flags), ...(await sourceFields(name, flags, io, large)) };
}

/** Read last: a flag that is wrong is told before a file is fetched. */
async function sourceFields(
  functionName: string,
  flags: FlagValues,
  io: Io,
  large: LargeSources,
): Promise<SpecFields> {
  const [from, dependencies] = [flags.text('from-file'), flags.text('dependencies')];
  return {
    ...(from === undefined ? {} : await readSource(io, { from, functionName }, large)),
    ...(dependencies === undefined ? {} : { deps: await readDependencies(io, dependencies) }),
  };
}

function runFields(flags: FlagValues): SpecFields {
  const [env, resources, buildEnv] = [envVars(flags), resourceLimits(flags), pairs(flags.list('build-env'))];
  const build = Object.entries(buildEnv).map(([key, value]) => ({ name: key, value }));
  return withoutUndefined({
    runtime: flags.text('runtime'),
    handler: flags.text('handler'),
    timeout: checked(flags, 'timeout', parseDuration),
    idleTimeout: checked(flags, 'idle-timeout', parseDuration),
    isolation: flags.text('isolation'),
    start: flags.text('start'),
    protocol: flags.text('protocol'),
    concurrency: wholeNumber(flags, 'concurrency', 0, 100_000),
    prewarm: wholeNumber(flags, 'prewarm', 0, 1000),
    env: env.length === 0 ? undefined : env,
    resources: Object.keys(resources).length === 0 ? undefined : resources,
    build: build.length === 0 ? undefined : { env: build },
  });
}

/** With a source, the image is what the source is put on: that is Kubeless' field. Without one it is the function. */
function imageFields(flags: FlagValues): SpecFields {
  const image = flags.text('runtime-image');
  if (image === undefined || flags.text('from-file') !== undefined) return {};
  const reference = /^[a-z-]+:\/\/|^(oci|dir|docker-archive):/.test(image) ? image : `docker://${image}`;
  return { image: reference, ...(flags.text('runtime') === undefined ? { runtime: 'custom' } : {}) };
}

function resourceLimits(flags: FlagValues): NonNullable<FunctionSpec['resources']> {
  return withoutUndefined({
    memory: checked(flags, 'memory', parseBytes, 'Wrong format of the memory value: '),
    cpu: checked(flags, 'cpu', parseCpuMillis, 'Wrong format for cpu value: '),
  });
}

function envVars(flags: FlagValues): EnvVar[] {
  const values = flags.list('env').map((item) => {
    const [name, value] = splitPair(item);
    return { name, value };
  });
  const secrets = flags
    .list('secret-env')
    .map((item) => fromKey(item, (ref) => ({ secretKeyRef: ref }), 'secret'));
  const configMaps = flags
    .list('configmap-env')
    .map((item) => fromKey(item, (ref) => ({ configMapKeyRef: ref }), 'configmap'));
  return [...values, ...secrets, ...configMaps];
}

interface KeyRef {
  name: string;
  key: string;
}

function fromKey(
  item: string,
  valueFrom: (ref: KeyRef) => NonNullable<EnvVar['valueFrom']>,
  what: string,
): EnvVar {
  const [name, reference] = splitPair(item);
  const [object = '', key = '', ...more] = reference.split('/');
  if (name === '' || object === '' || key === '' || more.length > 0)
    throw new PlatformError('bad_request', `--${what}-env must be KEY=${what}/key, not "${item}"`);
  return { name, valueFrom: valueFrom({ name: object, key }) };
}

/** The text of a flag, after `parse` has taken it. */
function checked(
  flags: FlagValues,
  name: string,
  parse: (text: string) => unknown,
  prefix = `Invalid --${name}: `,
): string | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  try {
    parse(text);
    return text;
  } catch (error) {
    throw new PlatformError('bad_request', `${prefix}${errorMessage(error)}`, { cause: error });
  }
}

export function wholeNumber(flags: FlagValues, name: string, min: number, max: number): number | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new PlatformError(
    'bad_request',
    `--${name} must be a whole number from ${min} to ${max}, not "${text}"`,
  );
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
