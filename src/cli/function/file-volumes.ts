import { PlatformError } from '../../lib/errors.ts';
import type { FlagValues } from '../flag-values.ts';
import { removedName } from './env-flags.ts';

interface NamedFiles {
  name: string;
  mountPath: string;
}

/** `--secrets` and `--configmaps` as a pod's volumes and mounts; the names of those of Secrets are Kubeless' own. */
export function fileVolumes(flags: FlagValues): { volumes: object[]; mounts: NamedFiles[] } {
  const given = (flag: string): NamedFiles[] =>
    flags
      .list(flag)
      .filter((item) => removedName(item) === undefined)
      .map((item) => parse(flag, item));
  const [secrets, configMaps] = [given('secrets'), given('configmaps')];
  const volumes = [
    ...secrets.map(({ name }) => ({ name: `${name}-vol`, secret: { secretName: name } })),
    ...configMaps.map(({ name }) => ({ name: `${name}-config-vol`, configMap: { name } })),
  ];
  const mounts = [
    ...secrets.map(({ name, mountPath }) => ({ name: `${name}-vol`, mountPath })),
    ...configMaps.map(({ name, mountPath }) => ({ name: `${name}-config-vol`, mountPath })),
  ];
  refuseTwiceAtOnePlace(mounts);
  // One of them can be at several places.
  return { volumes: [...new Map(volumes.map((volume) => [volume.name, volume])).values()], mounts };
}

/** NAME, or NAME:/path. */
function parse(flag: string, item: string): NamedFiles {
  const match = /^([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)(?::(\/[^:]+))?$/.exec(item);
  const [, name = '', mountPath = `/${name}`] = match ?? [];
  if (match !== null) return { name, mountPath };
  throw new PlatformError('bad_request', `--${flag} must be NAME or NAME:/path, not "${item}"`);
}

function refuseTwiceAtOnePlace(mounts: readonly NamedFiles[]): void {
  const places = mounts.map(({ mountPath }) => mountPath);
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice === undefined) return;
  throw new PlatformError('bad_request', `Two of --secrets and --configmaps are to be at ${twice}`, {
    hint: 'Give one of them a place of its own: NAME:/path.',
  });
}
