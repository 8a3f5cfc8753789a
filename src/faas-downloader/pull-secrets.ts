import { parseDockerConfig, type RegistryAuths } from '../oci/registry-auth.ts';
import type { ReferenceReader } from './env-values.ts';
import { DeployFailure, toFailure } from './failure.ts';

const dataKey = '.dockerconfigjson';

/** Credentials of `spec.imagePullSecrets`. Throws DeployFailure for a Secret that is not there or not of that type. */
export async function readPullSecrets(
  refs: readonly { name: string }[],
  reader: ReferenceReader,
): Promise<RegistryAuths[]> {
  const found: RegistryAuths[] = [];
  for (const { name } of refs) {
    const secret = await reader.secret(name);
    if (secret === undefined) {
      throw new DeployFailure(
        'SecretNotFound',
        `spec.imagePullSecrets: Secret ${name} does not exist. Create it.`,
      );
    }
    found.push(parseSecret(name, secret.data?.[dataKey]));
  }
  return found;
}

function parseSecret(name: string, value: string | undefined): RegistryAuths {
  if (value === undefined) {
    const message = `spec.imagePullSecrets: Secret ${name} has no key ${dataKey}; its type must be kubernetes.io/dockerconfigjson.`;
    throw new DeployFailure('InvalidSecret', message);
  }
  try {
    return parseDockerConfig(Buffer.from(value, 'base64').toString('utf8'), name);
  } catch (error) {
    throw toFailure('InvalidSecret', error);
  }
}
