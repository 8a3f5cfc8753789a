import { badRequest } from '../status/refusals.ts';

/** A part of a pod that is a stream and no object. */
export interface PodPath {
  readonly kind: 'log' | 'proxy';
  readonly namespace: string;
  /** For a proxy with its port and perhaps its scheme: `[http:]name[:port]`. */
  readonly name: string;
  /** What follows `/proxy`, encoded; begins with `/`. Empty for logs. */
  readonly rest: string;
}

/** `/api/v1/namespaces/<ns>/pods/<name>/log` and `…/proxy[/<path>]`; undefined for every other path. */
export function parsePodPath(segments: readonly string[]): PodPath | undefined {
  const [api, version, namespaces, namespace = '', plural, name = '', kind, ...rest] = segments;
  if (`${api}/${version}/${namespaces}/${plural}` !== 'api/v1/namespaces/pods') return undefined;
  if (kind === 'log' && rest.length === 0) return { kind, namespace, name, rest: '' };
  if (kind !== 'proxy') return undefined;
  if (rest.some((segment) => segment === '.' || segment === '..'))
    throw badRequest('the path behind /proxy has a segment of dots');
  return { kind, namespace, name, rest: `/${rest.map(encodeURIComponent).join('/')}` };
}

/** @throws StatusError 400 for what is neither `name`, `name:port` nor `http:name:port`. */
export function splitPort(id: string): { name: string; port: string } {
  const parts = id.split(':');
  const [scheme, name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || name === '' || (scheme !== '' && scheme !== 'http'))
    throw badRequest(`invalid pod request ${JSON.stringify(id)}`);
  return { name, port };
}
