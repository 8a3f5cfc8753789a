/**
 * One entry of a tar archive. Names are byte strings (latin1): tar names are bytes, and only so is every name kept as it
 * is. `Buffer.from(name, 'latin1')` gives the bytes for the file system.
 */
export interface TarEntry {
  path: string;
  type: TarEntryType;
  /** Bytes of content that follow; 0 for everything but files. */
  size: number;
  /** Permission bits with setuid, setgid and sticky: 0…0o7777. */
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since the epoch, with fraction; can be negative. */
  mtime: number;
  /** Target of a link; '' for everything else. */
  linkPath: string;
  xattrs: ReadonlyMap<string, Buffer>;
}

export type TarEntryType = 'file' | 'hardlink' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo';

export const blockSize = 512;
