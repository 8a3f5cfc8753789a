import { registrySecretName } from '../../../function-controller/names.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { formatAuthFile, parseDockerConfig, readAuthFiles } from '../../../oci/registry-auth.ts';
import type { ObjectData } from './object-reader.ts';
import { configError } from './pod-failure.ts';

const key = '.dockerconfigjson';

/**
 * The content of a Secret as a volume: that of the registry credentials has the login of this machine's own registry as well, in
 * namespaces with that Secret and without. The login is in no object, so nobody reads it in the API, and no variable can refer to it:
 * only a container that mounts this volume has it. Throws PodFailure.
 *
 * @param loginFile read anew for each pod: the registry may have made a new one
 */
export async function withBuildLogin(
  name: string,
  data: ObjectData | undefined,
  loginFile: string | undefined,
): Promise<ObjectData | undefined> {
  if (name !== registrySecretName || loginFile === undefined) return data;
  const given = data?.[key];
  try {
    const own =
      given === undefined ? new Map<string, string>() : parseDockerConfig(given.toString('utf8'), name);
    return { ...data, [key]: Buffer.from(formatAuthFile([own, await readAuthFiles(loginFile)])) };
  } catch (error) {
    throw configError(errorMessage(error));
  }
}
