import { PlatformError } from '../../lib/errors.ts';
import type { LogSelection } from '../logs/read-logs.ts';

/** What `/logs/<namespace>/<function>?requestId=&tailLines=&sinceTime=&follow=true` asks for. */
export interface LogQuery extends LogSelection {
  namespace: string;
  name: string;
  /** Goes on with what is printed later. */
  follow: boolean;
}

const known = ['requestId', 'tailLines', 'sinceTime', 'follow'];

/** Undefined for another path. Throws `bad_request`; whether the names are such is not checked. */
export function parseLogQuery(url: URL): LogQuery | undefined {
  const [, namespace, name] = /^\/logs\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
  if (namespace === undefined || name === undefined) return undefined;
  const { searchParams: query } = url;
  const unknown = [...query.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new PlatformError('bad_request', `there is no ${unknown}; there are ${known.join(', ')}`);
  const [requestId, tailLines, since] = [query.get('requestId'), tailOf(query), sinceOf(query)];
  return {
    namespace,
    name,
    follow: query.get('follow') === 'true',
    ...(requestId === null ? {} : { requestId }),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(since === undefined ? {} : { since }),
  };
}

function tailOf(query: URLSearchParams): number | undefined {
  const text = query.get('tailLines');
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new PlatformError('bad_request', `tailLines must be a whole number, not "${text}"`);
}

function sinceOf(query: URLSearchParams): number | undefined {
  const text = query.get('sinceTime');
  if (text === null) return undefined;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new PlatformError(
    'bad_request',
    `sinceTime must be a time such as 2026-01-01T00:00:00Z, not "${text}"`,
  );
}
