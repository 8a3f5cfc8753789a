import { isFunctionName, isNamespaceName } from './object-names.ts';

export interface FunctionName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The function whose own host it is: `<function>.<namespace>`, with or without `.svc` and a cluster domain after it, as
 * in-cluster callers use it. Function names with dots have none: a host's first label is the Service's name.
 * @param host in lower case, without port
 */
export function functionOfHost(host: string): FunctionName | undefined {
  const labels = host.split('.');
  const [name, namespace, service] = labels;
  if (name === undefined || namespace === undefined) return undefined;
  if (labels.length > 2 && service !== 'svc') return undefined;
  return isFunctionName(name) && isNamespaceName(namespace) ? { namespace, name } : undefined;
}

/** The function whose own path begins with these decoded segments: `/<namespace>/<function>`. */
export function functionOfSegments([namespace = '', name = '']: readonly string[]): FunctionName | undefined {
  return isNamespaceName(namespace) && isFunctionName(name) ? { namespace, name } : undefined;
}
