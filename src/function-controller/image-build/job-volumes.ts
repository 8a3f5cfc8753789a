import type { FileMount } from '../../api/file-mount.ts';
import { registrySecretName } from '../names.ts';
import type { CheckPlan } from './check-plan.ts';
import { dependenciesPath, dockerConfigPath, functionPath, sourcePath } from './job-paths.ts';

/** Keys of the build's ConfigMap. */
export const sourceKeys = { source: 'function', dependencies: 'dependencies', authority: 'registry-ca.crt' };

export interface VolumeMount {
  name: string;
  mountPath: string;
  readOnly?: boolean;
  subPath?: string;
}

export const mounts = {
  function: { name: 'function', mountPath: functionPath },
  source: { name: 'source', mountPath: sourcePath, readOnly: true },
  dependencies: { name: 'dependencies', mountPath: dependenciesPath },
  /** The installation writes to the very paths that its files have in the image. */
  dependenciesInPlace: { name: 'dependencies', mountPath: functionPath },
  /** Function and dependencies together, for the check. */
  checked: { name: 'checked', mountPath: functionPath },
  tmp: { name: 'tmp', mountPath: '/tmp' },
  registryCredentials: { name: registrySecretName, mountPath: dockerConfigPath, readOnly: true },
} as const satisfies Record<string, VolumeMount>;

export interface Volume {
  name: string;
  emptyDir?: object;
  configMap?: object;
  secret?: object;
  projected?: object;
}

/** `secrets`: those of the phases, read-only for the container that names them. */
export function jobVolumes(configMap: string, secrets: readonly string[], check?: CheckPlan): Volume[] {
  return [
    { name: 'function', emptyDir: {} },
    { name: 'dependencies', emptyDir: {} },
    // It is left out where nothing has to be handed over.
    { name: 'source', configMap: { name: configMap, optional: true } },
    { name: registrySecretName, secret: { secretName: registrySecretName, optional: true } },
    ...(check === undefined ? [] : checkVolumes(check)),
    ...[...new Set(secrets)].map((name) => ({ name: phaseVolume(name), secret: { secretName: name } })),
  ];
}

function checkVolumes({ files }: CheckPlan): Volume[] {
  const empty = [mounts.checked, mounts.tmp].map(({ name }) => ({ name, emptyDir: {} }));
  return [
    ...empty,
    ...files.map((file, index) => ({ name: fileVolume(index), projected: projection(file) })),
  ];
}

/** A pod would wait for what is not there, and keep others from their build. */
function projection({ sources, defaultMode }: FileMount): object {
  const optional = sources.map((source) =>
    Object.fromEntries(Object.entries(source).map(([kind, of]) => [kind, { ...of, optional: true }])),
  );
  return { sources: optional, ...(defaultMode === undefined ? {} : { defaultMode }) };
}

export function fileMounts({ files }: CheckPlan): VolumeMount[] {
  return files.map(({ mountPath, subPath }, index) => ({
    name: fileVolume(index),
    mountPath,
    readOnly: true,
    ...(subPath === undefined ? {} : { subPath }),
  }));
}

const fileVolume = (index: number): string => `file-${index}`;

export function phaseSecretMount(name: string): VolumeMount {
  return { name: phaseVolume(name), mountPath: `/var/run/secrets/kubeless.io/${name}`, readOnly: true };
}

/** Names of volumes have no dots. */
function phaseVolume(secret: string): string {
  return `phase-${secret.replaceAll('.', '-')}`.slice(0, 63);
}
