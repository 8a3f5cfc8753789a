import type { KubelessConfig } from '../../api/kubeless-config/kubeless-config.ts';
import type { Secret } from '../../kube/builtin-resources.ts';
import type { ObjectRef } from '../../kube/objects.ts';
import { parseReference, type RegistryReference } from '../../oci/reference.ts';
import { parseDockerConfig, type RegistryAuths } from '../../oci/registry-auth.ts';
import { FunctionFailure, toFailure } from '../failure.ts';
import { registrySecretName } from '../names.ts';

/** Where a function's images go, and with whose credentials. */
export interface RegistryTarget {
  /** `host/path`, without tag. */
  repository: string;
  /** Of layers with dependencies, which the functions of a namespace share where nobody else is there. */
  dependencies: string;
  /** Of sources that are too large for an object; one for a namespace, with nothing else in it where it is exclusive. */
  sources: string;
  /** Whether the repository is this function's own, so that what is in it may be removed. */
  exclusive: boolean;
  auths: RegistryAuths;
  hasSecret: boolean;
}

/**
 * `function-registry` of the configuration, or the one registry of the namespace's Secret, as Kubeless has it. Throws
 * FunctionFailure without either.
 */
export function registryTarget(
  { namespace = '', name }: ObjectRef,
  { functionRegistry }: KubelessConfig,
  secret: Secret | undefined,
): RegistryTarget {
  const auths = secret === undefined ? new Map<string, string>() : parseSecret(namespace, secret);
  const shared = { auths, hasSecret: secret !== undefined };
  if (functionRegistry !== undefined) {
    const base = `${functionRegistry}/${namespace}`;
    // No namespace has a dot in its name, so no function's images are there.
    return {
      ...shared,
      repository: `${base}/${name}`,
      dependencies: `${base}.dependencies`,
      sources: `${base}.sources`,
      exclusive: true,
    };
  }
  const account = accountOf(namespace, auths);
  const repository = `${account}/${name}`;
  return {
    ...shared,
    repository,
    dependencies: repository,
    sources: `${account}/kubeless-sources`,
    exclusive: false,
  };
}

export function taggedReference(repository: string, tag: string): RegistryReference {
  const reference = parseReference(`docker://${repository}:${tag}`);
  if (reference.transport === 'docker') return reference;
  throw new FunctionFailure('InvalidConfiguration', `${repository} is in no registry.`, { retry: false });
}

function parseSecret(namespace: string, { data }: Secret): RegistryAuths {
  const value = Buffer.from(data?.['.dockerconfigjson'] ?? '', 'base64').toString('utf8');
  try {
    return parseDockerConfig(value, `${namespace}/${registrySecretName}`);
  } catch (error) {
    throw toFailure('NoRegistry', error, false);
  }
}

/** `host/user` of the only registry. */
function accountOf(namespace: string, auths: RegistryAuths): string {
  const [first, ...others] = auths;
  if (first === undefined || others.length > 0) {
    const found =
      first === undefined
        ? 'There is no registry'
        : `Found several registries: ${[...auths.keys()].join(', ')}`;
    const message = `${found}. Set function-registry in the ConfigMap kubeless-config, or create the Secret ${registrySecretName} in namespace ${namespace} with the credentials of one registry.`;
    throw new FunctionFailure('NoRegistry', message, { retry: false });
  }
  const [host, credentials] = first;
  const user = Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0] ?? '';
  return `${host}/${user.toLowerCase()}`;
}
