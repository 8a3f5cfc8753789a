import { PlatformError } from '../../lib/errors.ts';

export interface RequestTarget {
  /** Begins with `/`; still percent-encoded. */
  path: string;
  /** With its `?`, or empty. */
  query: string;
  /** Of an absolute-form target: it counts instead of the Host header (RFC 9112 §3.2.2). */
  authority: string | undefined;
}

const hostPattern = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]*)(?::[0-9]{0,5})?$/;
const targetPattern = /^[\x21-\x7e]+$/;
const absolutePattern = /^https?:\/\/([^/?#]*)(.*)$/i;

/** Splits a request target in origin-form or absolute-form (RFC 9112 §3.2). */
export function splitTarget(target: string): RequestTarget {
  if (!targetPattern.test(target) || target.includes('#')) throw invalidTarget();
  if (target.startsWith('/')) return { ...splitQuery(target), authority: undefined };
  const absolute = absolutePattern.exec(target);
  if (!absolute) throw invalidTarget();
  const [, authority = '', rest = ''] = absolute;
  if (authority === '' || !isHost(authority)) throw invalidTarget();
  return { ...splitQuery(rest.startsWith('/') ? rest : `/${rest}`), authority };
}

function splitQuery(text: string): { path: string; query: string } {
  const mark = text.indexOf('?');
  return mark === -1 ? { path: text, query: '' } : { path: text.slice(0, mark), query: text.slice(mark) };
}

/** A host with a port or without (RFC 9110 §7.2); none of a user. */
export function isHost(text: string): boolean {
  return hostPattern.test(text);
}

/** Decodes one path segment; undefined when the percent-encoding is not valid UTF-8 (RFC 3986 §2.1). */
export function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function invalidTarget(): PlatformError {
  return new PlatformError('bad_request', 'the request target is not a valid path', {
    hint: 'Send a path that begins with "/" and percent-encode everything but printable ASCII characters.',
  });
}
