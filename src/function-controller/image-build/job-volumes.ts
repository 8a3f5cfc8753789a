import { registrySecretName } from '../names.ts';

/** Where a function's files are in every container, and in its image. */
export const functionPath = '/kubeless';
export const sourcePath = '/src';
export const dependenciesPath = '/dependencies';
export const dockerConfigPath = '/docker';

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
  registryCredentials: { name: registrySecretName, mountPath: dockerConfigPath, readOnly: true },
} as const satisfies Record<string, VolumeMount>;

export interface Volume {
  name: string;
  emptyDir?: object;
  configMap?: object;
  secret?: object;
}

/** `secrets`: those of the phases, read-only for the container that names them. */
export function jobVolumes(configMap: string, secrets: readonly string[]): Volume[] {
  return [
    { name: 'function', emptyDir: {} },
    { name: 'dependencies', emptyDir: {} },
    // It is left out where nothing has to be handed over.
    { name: 'source', configMap: { name: configMap, optional: true } },
    { name: registrySecretName, secret: { secretName: registrySecretName, optional: true } },
    ...[...new Set(secrets)].map((name) => ({ name: phaseVolume(name), secret: { secretName: name } })),
  ];
}

export function phaseSecretMount(name: string): VolumeMount {
  return { name: phaseVolume(name), mountPath: `/var/run/secrets/kubeless.io/${name}`, readOnly: true };
}

/** Names of volumes have no dots. */
function phaseVolume(secret: string): string {
  return `phase-${secret.replaceAll('.', '-')}`.slice(0, 63);
}
