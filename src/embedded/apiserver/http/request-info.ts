import { badRequest } from '../status/refusals.ts';

/** What a path under /api or /apis names. `namespace` is empty for cluster-wide requests. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly plural: string;
  readonly name: string;
  readonly subresource: string;
}

export interface RequestTarget {
  /** Decoded segments without empty ones. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** @throws StatusError 400 for a target that is no origin-form path (RFC 9112 §3.2.1). */
export function parseTarget(target: string): RequestTarget {
  const [path, search] = splitOnce(target, '?');
  if (!path.startsWith('/')) throw badRequest('the request target must be a path');
  try {
    const segments = path
      .split('/')
      .filter((segment) => segment !== '')
      .map((segment) => decodeURIComponent(segment));
    return { segments, query: new URLSearchParams(search) };
  } catch {
    throw badRequest('the path is not valid percent-encoding');
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The resource a path names, or undefined for discovery and other paths. */
export function parseResourcePath(segments: readonly string[]): ResourcePath | undefined {
  const [root, ...rest] = segments;
  if (root === 'api') return resourcePath('', rest);
  if (root === 'apis') return resourcePath(rest[0] ?? '', rest.slice(1));
  return undefined;
}

function resourcePath(group: string, [version, ...rest]: readonly string[]): ResourcePath | undefined {
  if (version === undefined || rest.length === 0) return undefined;
  const namespace = isNamespaced(rest) ? (rest[1] ?? '') : '';
  const [plural = '', name = '', subresource = '', ...extra] = namespace === '' ? rest : rest.slice(2);
  return extra.length > 0 ? undefined : { group, version, namespace, plural, name, subresource };
}

function isNamespaced(rest: readonly string[]): boolean {
  return rest[0] === 'namespaces' && rest.length > 2 && !isNamespaceSubresource(rest);
}

/** `namespaces/<name>/status` names a part of the Namespace itself. */
function isNamespaceSubresource(rest: readonly string[]): boolean {
  return rest.length === 3 && (rest[2] === 'status' || rest[2] === 'finalize');
}
