import { parseDuration } from '../../api/duration.ts';
import type { FunctionSpec } from '../../api/function-spec.ts';
import { leastMemory, parseBytes, parseCpuMillis } from '../../api/quantity.ts';
import { errorMessage, PlatformError, toPlatformError } from '../../lib/errors.ts';
import type { FlagValues } from '../flag-values.ts';
import type { Io } from '../io.ts';
import { pairs } from '../key-values.ts';
import { envVars } from './env-flags.ts';
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
  const variables = Object.entries(buildEnv).map(([key, value]) => ({ name: key, value }));
  const build = withoutUndefined({
    env: nonEmpty(variables),
    timeout: checked(flags, 'build-timeout', parseDuration),
  });
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
    env: nonEmpty(env),
    resources: Object.keys(resources).length === 0 ? undefined : resources,
    build: Object.keys(build).length === 0 ? undefined : build,
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
    memory: checked(flags, 'memory', parseMemory, 'Wrong format of the memory value: '),
    cpu: checked(flags, 'cpu', parseCpuMillis, 'Wrong format for cpu value: '),
  });
}

/** As the API server's rule, in words for a flag. */
function parseMemory(text: string): void {
  if (parseBytes(text) >= parseBytes(leastMemory)) return;
  throw new PlatformError('invalid', `"${text}" is less than ${leastMemory}`, {
    hint: 'Write it with a unit, such as 128Mi or 1Gi: a number alone is bytes.',
  });
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
    const { hint } = toPlatformError(error);
    const options = hint === undefined ? { cause: error } : { cause: error, hint };
    throw new PlatformError('bad_request', `${prefix}${errorMessage(error)}`, options);
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

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
