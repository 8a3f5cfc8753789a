import { PlatformError } from '../../lib/errors.ts';
import type { FlagValues } from '../flag-values.ts';
import { removedName } from './env-flags.ts';
import type { Container, PodSpec, Volume } from './pod-template.ts';

/** Flags whose empty text takes a field of `spec` away. */
const fields: Readonly<Record<string, string>> = {
  dependencies: 'deps',
  timeout: 'timeout',
  'idle-timeout': 'idleTimeout',
  isolation: 'isolation',
  start: 'start',
  protocol: 'protocol',
  concurrency: 'concurrency',
  prewarm: 'prewarm',
  port: 'port',
};
const limits = ['memory', 'cpu'];
const buildFields: Readonly<Record<string, string>> = { 'build-env': 'env', 'build-timeout': 'timeout' };
const podFields: Readonly<Record<string, string>> = {
  'service-account': 'serviceAccountName',
  'node-selectors': 'nodeSelector',
};
const files = { secrets: 'secret', configmaps: 'configMap' } as const;
type FilesFlag = keyof typeof files;

/** `--memory ""`: given, and nothing in it. */
function isEmptied(flags: FlagValues, name: string): boolean {
  return flags.given(name) && flags.list(name).every((item) => item === '');
}

function nulls(names: Readonly<Record<string, string>>, flags: FlagValues): Record<string, null> {
  const emptied = Object.entries(names).filter(([flag]) => isEmptied(flags, flag));
  return Object.fromEntries(emptied.map(([, field]) => [field, null]));
}

/** A merge patch of `spec`, with what the flags of `function update` take away; the pod template is `podWithout`'s. */
export function withRemovals(patch: SpecPatch, flags: FlagValues): SpecPatch {
  const nested = {
    resources: nulls(Object.fromEntries(limits.map((name) => [name, name])), flags),
    build: nulls(buildFields, flags),
  };
  const changed = Object.entries(nested).filter(([, removed]) => Object.keys(removed).length > 0);
  const merged = changed.map(([field, removed]) => [field, { ...(patch[field] as object), ...removed }]);
  return { ...patch, ...nulls(fields, flags), ...(Object.fromEntries(merged) as SpecPatch) };
}

type SpecPatch = Readonly<Record<string, unknown>>;

/**
 * A pod template without what the flags take away: limits of its container, where Kubeless' clients wrote them, and volumes of
 * Secrets and ConfigMaps. The same object where they take nothing. Throws `bad_request` for what is not there.
 */
export function podWithout(pod: PodSpec, flags: FlagValues): { pod: PodSpec; nulls: Record<string, null> } {
  const gone = (Object.keys(files) as FilesFlag[]).flatMap((flag) => removedVolumes(pod, flag, flags));
  const [first, ...others] = pod.containers ?? [];
  const emptied = first?.resources ? limits.filter((name) => isEmptied(flags, name)) : [];
  const absent = nulls(podFields, flags);
  if (gone.length + emptied.length === 0) return { pod, nulls: absent };
  const volumes = (pod.volumes ?? []).filter(({ name }) => !gone.includes(name));
  const containers = first === undefined ? [] : [containerWithout(first, gone, emptied), ...others];
  return { pod: { ...pod, containers, volumes }, nulls: absent };
}

function removedVolumes(pod: PodSpec, flag: FilesFlag, flags: FlagValues): (string | undefined)[] {
  const all = (pod.volumes ?? []).filter((volume) => objectOf(volume, flag) !== undefined);
  if (isEmptied(flags, flag)) return all.map(({ name }) => name);
  return flags.list(flag).flatMap((item) => {
    const name = removedName(item);
    if (name === undefined) return [];
    const found = all.filter((volume) => objectOf(volume, flag) === name);
    if (found.length > 0) return found.map((volume) => volume.name);
    const there = all.map((volume) => objectOf(volume, flag)).join(', ');
    throw new PlatformError('bad_request', `there are no files of ${name} to take away with --${flag}`, {
      hint: `There are: ${there || 'none'}.`,
    });
  });
}

function objectOf({ secret, configMap }: Volume, flag: FilesFlag): string | undefined {
  return files[flag] === 'secret' ? secret?.secretName : configMap?.name;
}

function containerWithout(
  container: Container,
  volumes: readonly (string | undefined)[],
  resources: readonly string[],
): Container {
  const kept = (amounts: Record<string, unknown> | null | undefined): Record<string, unknown> =>
    Object.fromEntries(Object.entries(amounts ?? {}).filter(([name]) => !resources.includes(name)));
  const { resources: old, volumeMounts } = container;
  return {
    ...container,
    ...(volumeMounts ? { volumeMounts: volumeMounts.filter(({ name }) => !volumes.includes(name)) } : {}),
    ...(old ? { resources: { ...old, limits: kept(old.limits), requests: kept(old.requests) } } : {}),
  };
}
