import type { TarEntry } from './entry.ts';
import { entryType, notNegative, type TarHeader } from './header.ts';
import { paxInteger, paxNumber, type PaxRecords } from './pax.ts';
import { printable, tarError } from './tar-error.ts';

/** What extended headers before an entry say about it. */
export interface Extensions {
  pax: PaxRecords | null;
  /** GNU `L` and `K`: long names. */
  gnuPath: string | null;
  gnuLinkPath: string | null;
}

export const noExtensions: Extensions = { pax: null, gnuPath: null, gnuLinkPath: null };

const xattrPrefix = 'SCHILY.xattr.';

/** Header and extensions together. PAX wins over GNU, which wins over the header. */
export function buildEntry(header: TarHeader, extensions: Extensions): TarEntry {
  const { gnuPath, gnuLinkPath } = extensions;
  const pax: PaxRecords = extensions.pax ?? new Map();
  const path = paxPath(pax, 'path') ?? gnuPath ?? header.path;
  refuseSparse(pax, path);
  const type = entryType({ typeFlag: header.typeFlag, path });
  const number = (field: 'size' | 'uid' | 'gid'): number => optional(pax, field, paxInteger) ?? header[field];
  return {
    path,
    type,
    size: type === 'file' ? number('size') : 0,
    mode: notNegative(header.mode, 'mode'),
    uid: notNegative(number('uid'), 'uid'),
    gid: notNegative(number('gid'), 'gid'),
    mtime: optional(pax, 'mtime', paxNumber) ?? header.mtime,
    linkPath: isLink(type) ? (paxPath(pax, 'linkpath') ?? gnuLinkPath ?? header.linkPath) : '',
    xattrs: xattrs(pax),
  };
}

const isLink = (type: TarEntry['type']): boolean => type === 'hardlink' || type === 'symlink';

function optional(
  pax: PaxRecords,
  keyword: string,
  parse: (value: Buffer, keyword: string) => number,
): number | undefined {
  const value = pax.get(keyword);
  // An empty value takes back what a global header said: the header's own value counts.
  return value === undefined || value.length === 0 ? undefined : parse(value, keyword);
}

function paxPath(pax: PaxRecords, keyword: string): string | undefined {
  const value = pax.get(keyword);
  if (value === undefined || value.length === 0) return undefined;
  if (value.includes(0)) throw tarError('The archive is damaged: a name contains a zero byte.');
  return value.toString('latin1');
}

function refuseSparse(pax: PaxRecords, path: string): void {
  for (const keyword of pax.keys()) {
    if (!keyword.startsWith('GNU.sparse.')) continue;
    throw tarError(`${printable(path)} is a sparse file.`, 'Build the layer without tar --sparse.');
  }
}

function xattrs(pax: PaxRecords): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const [keyword, value] of pax) {
    if (keyword.startsWith(xattrPrefix)) found.set(keyword.slice(xattrPrefix.length), value);
  }
  return found;
}
