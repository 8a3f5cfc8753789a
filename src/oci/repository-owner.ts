import { isSameRegistry } from './registry-host.ts';
import { parseReference, type ImageReference } from './reference.ts';

const namespaceName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** What all functions of a namespace share is beside them: no namespace has a dot in its name. */
const shared = /^([^.]+)\.(sources|dependencies)$/;

/** `host` or `host/path`. */
export function isFunctionRegistry(text: string): boolean {
  try {
    repositoryOwner(parseReference('docker://x/y'), text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The namespace whose function's images, dependencies or sources are at a reference; undefined for what is nobody's.
 * @param functionRegistry `host/path`, below which everything of functions is: `<namespace>/<function>`, `<namespace>.sources`.
 *   Throws `invalid` where it is none.
 */
export function repositoryOwner(reference: ImageReference, functionRegistry: string): string | undefined {
  if (reference.transport !== 'docker') return undefined;
  const base = parseReference(`docker://${functionRegistry}/namespace/name`);
  if (base.transport !== 'docker' || !isSameRegistry(reference.registry, base.registry)) return undefined;
  const prefix = base.repository.slice(0, -'namespace/name'.length);
  if (!reference.repository.startsWith(prefix)) return undefined;
  const [first = '', ...rest] = reference.repository.slice(prefix.length).split('/');
  const [, sharing] = shared.exec(first) ?? [];
  if (sharing !== undefined) return sharing;
  return rest.length > 0 && namespaceName.test(first) ? first : undefined;
}

/** Why an image or a source may not be used in a namespace, for a message about the field; undefined where it may. */
export function foreignRepository(
  reference: ImageReference,
  { namespace, functionRegistry }: { namespace: string; functionRegistry: string | undefined },
): string | undefined {
  const owner = functionRegistry === undefined ? undefined : repositoryOwner(reference, functionRegistry);
  if (owner === undefined || owner === namespace) return undefined;
  return `it belongs to functions of namespace ${owner}, and is not for those of ${namespace}. Name one of ${namespace}, or one outside of ${functionRegistry} (function-registry of kubeless-config).`;
}
