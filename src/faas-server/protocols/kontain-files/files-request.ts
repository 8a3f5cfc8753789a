import { eachHeader } from '../../../lib/http/raw-headers.ts';

export interface FilesRequest {
  method: string;
  /** Path and query as the caller sent them, the route's prefix included. */
  url: string;
  headers: readonly string[];
  body: Buffer;
}

/**
 * The request document of the original server: keys in its order, body as base64. It always had `Headers: null`;
 * here it is a map from name to the list of values.
 */
export function filesRequest({ method, url, headers, body }: FilesRequest): string {
  const byName = new Map<string, { name: string; values: string[] }>();
  eachHeader(headers, (lower, value, name) => {
    const known = byName.get(lower);
    if (known) known.values.push(value);
    else byName.set(lower, { name, values: [value] });
  });
  const entries = [...byName.values()].map(({ name, values }): [string, string[]] => [name, values]);
  return JSON.stringify({
    Method: method,
    Url: url,
    Headers: Object.fromEntries(entries),
    Data: body.toString('base64'),
  });
}
