import type { EnvVar } from '../../api/env-var.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { FlagValues } from '../flag-values.ts';
import { splitPair } from '../key-values.ts';

const names = ['env', 'secret-env', 'configmap-env'];

/** The variables that the flags give; a removal gives none. */
export function envVars(flags: FlagValues): EnvVar[] {
  const given = flags.list('env').filter((item) => removedName(item) === undefined);
  const values = given.map((item) => {
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

/** `NAME-` takes a variable, a label or files away, as with kubectl; `NAME-=` gives one of that name an empty value. */
export function removedName(item: string): string | undefined {
  return /^([^=:]+)-$/.exec(item)?.[1];
}

function isPair(flag: string): boolean {
  return flag === 'env' || flag === 'label';
}

/** Where there is nothing yet. Throws `bad_request`. */
export function refuseRemovals(flags: FlagValues): void {
  for (const flag of ['env', 'label', 'secrets', 'configmaps']) {
    const item = flags.list(flag).find((each) => removedName(each) !== undefined);
    if (item === undefined) continue;
    throw new PlatformError('bad_request', `--${flag} ${item} takes away what a new function does not have`, {
      hint: `That is for "kubeless function update"${isPair(flag) ? `; write ${item}= for one of that name with an empty value` : ''}.`,
    });
  }
}

/**
 * What `function update` makes of the variables: those of the flags instead of all, none for an empty text, or all but those that
 * `NAME-` takes away. Undefined where no flag says anything. Throws `bad_request`.
 */
export function updatedEnv(flags: FlagValues, before: readonly EnvVar[]): EnvVar[] | undefined {
  if (!names.some((name) => flags.given(name))) return undefined;
  const [given, removed] = [envVars(flags), flags.list('env').flatMap((item) => removedName(item) ?? [])];
  if (removed.length === 0) return given;
  if (given.length > 0)
    throw new PlatformError('bad_request', `--env cannot set variables and take ${removed.join(', ')} away`, {
      hint: 'Variables that are set replace all others; give those that are to stay, or only NAME- for those that are to go.',
    });
  const unknown = removed.find((name) => before.every((variable) => variable.name !== name));
  if (unknown !== undefined)
    throw new PlatformError('bad_request', `there is no variable ${unknown} to take away`, {
      hint: `There are: ${before.map(({ name }) => name).join(', ') || 'none'}.`,
    });
  return before.filter(({ name }) => !removed.includes(name));
}
