import { PlatformError } from '../lib/errors.ts';

/** As the API server's rule, in src/api/name-rules.ts. Throws `bad_request`. */
export function checkFunctionName(name: string): void {
  if (/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return;
  throw new PlatformError('bad_request', `${JSON.stringify(name)} is no name for a function`, {
    hint: 'Write at most 63 lower case letters, digits and "-", a letter first and no "-" last.',
  });
}

/** An RFC 1123 subdomain, as Kubernetes wants it of most objects. Throws `bad_request`. */
export function checkObjectName(name: string, what: string): void {
  const isName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name);
  if (isName && name.length <= 253) return;
  throw new PlatformError('bad_request', `${JSON.stringify(name)} is no name for a ${what}`, {
    hint: 'Write lower case letters, digits, "-" and ".", a letter or digit first and last.',
  });
}

/** Throws `bad_request`. */
export function checkNamespaceName(name: string): void {
  if (name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return;
  throw new PlatformError('bad_request', `${JSON.stringify(name)} is no name of a namespace`, {
    hint: '"kubectl get namespaces" lists them.',
  });
}
