import { createHash } from 'node:crypto';

/** On a build Job, its pods and its ConfigMap: which build they belong to. Its presence marks a build. */
export const buildLabel = 'kubeless.io/build';

/** Pull and push credentials of a namespace, of type kubernetes.io/dockerconfigjson. */
export const registrySecretName = 'kubeless-registry-credentials';

/** Label values hold 63 characters, a signature has 64. */
export function buildLabelValue(signature: string): string {
  return signature.slice(0, 32);
}

/** Names of Jobs become labels of their pods. */
const longestJobName = 63;

/** `build-<function>-<10 hex>`, also of the build's ConfigMap; a long function name is cut and still told apart. */
export function buildName(functionName: string, signature: string): string {
  const suffix = createHash('sha256').update(`${functionName}/${signature}`).digest('hex').slice(0, 10);
  const room = longestJobName - 'build--'.length - suffix.length;
  return `build-${functionName.slice(0, room)}-${suffix}`;
}
