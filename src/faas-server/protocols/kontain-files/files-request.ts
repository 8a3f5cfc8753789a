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
  const map: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  eachHeader(headers, (lower, value, name) => {
    const key = Object.keys(map).find((known) => known.toLowerCase() === lower) ?? name;
    (map[key] ??= []).push(value);
  });
  return JSON.stringify({ Method: method, Url: url, Headers: map, Data: body.toString('base64') });
}
