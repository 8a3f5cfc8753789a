import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBytes } from '../../../api/quantity.ts';
import { errorMessage } from '../../../lib/errors.ts';
import type { VolumeBind } from '../container-config.ts';
import type { Container, Pod, Volume } from '../kinds.ts';
import type { ObjectReader } from './object-reader.ts';
import { withBuildLogin } from './build-login.ts';
import { configError } from './pod-failure.ts';
import { projectFiles, writeFiles, type VolumeFile, type VolumeOwner } from './volume-files.ts';

export interface PodVolume {
  name: string;
  folder: string;
  readOnly: boolean;
  /** Of an emptyDir. */
  limitBytes: number | undefined;
}

export interface VolumesRequest {
  pod: Pod;
  reader: ObjectReader;
  /** Private to the pod. */
  folder: string;
  idBase: number;
  /** With what builds push, see withBuildLogin. */
  loginFile: string | undefined;
}

/** Makes a pod's volumes. Throws PodFailure for what they refer to and is not there. */
export async function makeVolumes(request: VolumesRequest): Promise<PodVolume[]> {
  const made: PodVolume[] = [];
  for (const [index, volume] of (request.pod.spec.volumes ?? []).entries()) {
    const folder = join(request.folder, String(index));
    made.push(await makeVolume(volume, folder, request));
  }
  return made;
}

async function makeVolume(volume: Volume, folder: string, request: VolumesRequest): Promise<PodVolume> {
  const { fsGroup } = request.pod.spec.securityContext ?? {};
  const owner: VolumeOwner = {
    uid: request.idBase,
    gid: request.idBase + (fsGroup ?? 0),
    shared: fsGroup !== undefined,
  };
  const files = volume.emptyDir === undefined ? await filesOf(volume, request) : undefined;
  await mkdir(folder, { mode: 0o755 });
  await chown(folder, owner.uid, owner.gid);
  if (files !== undefined) {
    await writeFiles(folder, files, owner);
    return { name: volume.name, folder, readOnly: true, limitBytes: undefined };
  }
  // As kubelet makes them: for everybody, and of the group that was asked for.
  await chmod(folder, owner.shared ? 0o2777 : 0o777);
  return { name: volume.name, folder, readOnly: false, limitBytes: sizeLimit(volume) };
}

async function filesOf(
  { name, configMap, secret, projected }: Volume,
  { reader, loginFile }: VolumesRequest,
): Promise<VolumeFile[]> {
  if (configMap !== undefined) {
    const data = await reader.configMap(configMap.name ?? '');
    return projectFiles(data, { ...configMap, what: `configmap "${configMap.name ?? ''}"` });
  }
  if (secret !== undefined) {
    const { secretName = '' } = secret;
    const data = await withBuildLogin(secretName, await reader.secret(secretName), loginFile);
    return projectFiles(data, { ...secret, what: `secret "${secretName}"` });
  }
  if (projected !== undefined) return await projectedFiles(name, projected, reader);
  throw configError(`volume ${name}: only emptyDir, configMap, secret and projected are made here`);
}

/** Of files with the same path, the last. */
async function projectedFiles(
  volume: string,
  { sources = [], defaultMode }: NonNullable<Volume['projected']>,
  reader: ObjectReader,
): Promise<VolumeFile[]> {
  const files = new Map<string, VolumeFile>();
  for (const { configMap, secret } of sources) {
    const object = configMap ?? secret;
    if (object === undefined)
      throw configError(`volume ${volume}: only configMap and secret are projected here`);
    const { name = '' } = object;
    const data = await (configMap === undefined ? reader.secret(name) : reader.configMap(name));
    const what = `${configMap === undefined ? 'secret' : 'configmap'} "${name}"`;
    for (const file of projectFiles(data, { ...object, defaultMode, what })) files.set(file.path, file);
  }
  return [...files.values()];
}

function sizeLimit({ name, emptyDir }: Volume): number | undefined {
  if (emptyDir?.sizeLimit === undefined) return undefined;
  try {
    return parseBytes(emptyDir.sizeLimit);
  } catch (error) {
    throw configError(`volume ${name}: ${errorMessage(error)}`);
  }
}

/** Where a container sees which volumes. Throws PodFailure. */
export function volumeBinds({ volumeMounts = [] }: Container, volumes: readonly PodVolume[]): VolumeBind[] {
  return volumeMounts.map(({ name, mountPath, readOnly = false, subPath = '' }) => {
    const volume = volumes.find((candidate) => candidate.name === name);
    if (volume === undefined) throw configError(`volumeMounts: there is no volume ${name}`);
    return { source: sourceOf(volume, subPath), path: mountPath, readOnly: readOnly || volume.readOnly };
  });
}

/**
 * A path in a volume that containers write to may be a link by now, which the mount would follow out of it: only what we
 * wrote ourselves is mounted in part.
 */
function sourceOf({ name, folder, readOnly }: PodVolume, subPath: string): string {
  if (subPath === '') return folder;
  if (!readOnly)
    throw configError(
      `volumeMounts: subPath works for configMap and secret only, and ${name} is an emptyDir`,
    );
  if (subPath.startsWith('/') || subPath.split('/').includes('..'))
    throw configError(`volumeMounts: the subPath ${JSON.stringify(subPath)} leads out of ${name}`);
  return join(folder, subPath);
}
