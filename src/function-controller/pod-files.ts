import * as z from 'zod';
import { fileMountsSchema, type FileMount, type FileSource } from '../api/file-mount.ts';
import { FunctionFailure } from './failure.ts';

const mode = z.number().nullish();
const optional = z.boolean().nullish();
const items = z.array(z.object({ key: z.string(), path: z.string(), mode })).nullish();
const configMap = z.object({ name: z.string(), items, defaultMode: mode, optional });
const secret = z.object({ secretName: z.string(), items, defaultMode: mode, optional });
const projection = z.looseObject({
  secret: z.object({ name: z.string(), items, optional }).nullish(),
  configMap: z.object({ name: z.string(), items, optional }).nullish(),
});

const volumeSchema = z.looseObject({
  name: z.string(),
  secret: secret.nullish(),
  configMap: configMap.nullish(),
  projected: z.object({ sources: z.array(projection).nullish(), defaultMode: mode }).nullish(),
  emptyDir: z.unknown().optional(),
});
type Volume = z.infer<typeof volumeSchema>;

export const volumesSchema = z.array(volumeSchema).nullish();

export const mountsSchema = z
  .array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().nullish() }))
  .nullish();

type Mount = NonNullable<z.infer<typeof mountsSchema>>[number];

/** What a pod's container finds as files of Secrets and ConfigMaps. Throws FunctionFailure for volumes of other kinds. */
export function podFiles(
  volumes: z.infer<typeof volumesSchema>,
  mounts: z.infer<typeof mountsSchema>,
): FileMount[] {
  return (mounts ?? []).flatMap((mount) => {
    const volume = volumes?.find(({ name }) => name === mount.name);
    if (volume !== undefined) return mountOf(volume, mount);
    throw refusal('InvalidSpec', mount, 'there is no such volume', 'Add it to volumes.');
  });
}

/** As an Image takes them; throws FunctionFailure for others. */
export function checkedFiles(mounts: FileMount[]): FileMount[] {
  const result = fileMountsSchema.safeParse(mounts);
  if (result.success) return mounts;
  const [issue] = result.error.issues;
  const place = mounts[Number(issue?.path[0])]?.mountPath ?? '';
  const path = issue?.path.slice(1).join('.') ?? '';
  throw new FunctionFailure(
    'InvalidSpec',
    `spec.deployment: volume at ${place}: ${path}: ${issue?.message}.`,
    {
      retry: false,
    },
  );
}

function mountOf(volume: Volume, mount: Mount): FileMount[] {
  if (isPrivateFolder(volume, mount)) return [];
  const { subPath } = mount;
  const mountPath = mount.mountPath.replace(/(.)\/$/, '$1');
  const { sources, defaultMode } = sourcesOf(volume, mount);
  return [
    {
      mountPath,
      sources,
      ...(subPath === null || subPath === undefined || subPath === '' ? {} : { subPath }),
      ...(defaultMode === null || defaultMode === undefined ? {} : { defaultMode }),
    },
  ];
}

/** Each call has these two for itself, empty, in memory. */
function isPrivateFolder({ emptyDir }: Volume, { mountPath }: Mount): boolean {
  const isEmptyDir = emptyDir !== undefined && emptyDir !== null;
  return isEmptyDir && ['/tmp', '/dev/shm'].includes(mountPath.replace(/\/$/, ''));
}

interface Sources {
  sources: FileSource[];
  defaultMode: number | null | undefined;
}

function sourcesOf(volume: Volume, mount: Mount): Sources {
  const { secret: ofSecret, configMap: ofMap, projected } = volume;
  if (ofSecret) {
    const { secretName, defaultMode } = ofSecret;
    return { sources: [{ secret: filesOf({ ...ofSecret, name: secretName }) }], defaultMode };
  }
  if (ofMap) return { sources: [{ configMap: filesOf(ofMap) }], defaultMode: ofMap.defaultMode };
  if (projected) {
    const sources = (projected.sources ?? []).map((source) => projectedSource(source, mount));
    return { sources, defaultMode: projected.defaultMode };
  }
  const isKind = (key: string): boolean =>
    key !== 'name' && volume[key] !== undefined && volume[key] !== null;
  throw unsupported(mount, Object.keys(volume).find(isKind) ?? 'none');
}

function projectedSource(source: z.infer<typeof projection>, mount: Mount): FileSource {
  if (source.secret) return { secret: filesOf(source.secret) };
  if (source.configMap) return { configMap: filesOf(source.configMap) };
  throw unsupported(mount, `projected ${Object.keys(source).join(', ')}`);
}

interface Named {
  name: string;
  items?: z.infer<typeof items>;
  optional?: boolean | null | undefined;
}

function filesOf({ name, items: wanted, optional: mayMiss }: Named): NonNullable<FileSource['secret']> {
  return {
    name,
    ...(wanted ? { items: wanted.map(itemOf) } : {}),
    ...(mayMiss === true ? { optional: true } : {}),
  };
}

function itemOf({ key, path, mode: own }: NonNullable<z.infer<typeof items>>[number]) {
  return { key, path, ...(own === null || own === undefined ? {} : { mode: own }) };
}

function unsupported(mount: Mount, kind: string): FunctionFailure {
  const hint =
    'Calls get files of Secrets and ConfigMaps; what they write goes to /tmp, which each call has for itself. Remove the mount.';
  return refusal('Unsupported', mount, `a volume of kind ${kind} does not reach a call`, hint);
}

function refusal(
  reason: 'InvalidSpec' | 'Unsupported',
  { name, mountPath }: Mount,
  why: string,
  hint: string,
): FunctionFailure {
  const message = `spec.deployment: volume ${name} at ${mountPath}: ${why}. ${hint}`;
  return new FunctionFailure(reason, message, { retry: false });
}
