/** One entry as it goes into an archive; nothing is checked, so that hostile archives can be made. */
export interface ArchiveEntry {
  path: string;
  /** Type flag; default `0`, a file. */
  type?: string;
  content?: string | Buffer;
  mode?: number;
  uid?: number;
  gid?: number;
  mtime?: number;
  linkPath?: string;
  /** Instead of the length of the content. */
  size?: number | string;
  /** Extended header in front of it; values as latin1 byte strings. */
  pax?: Record<string, string>;
  /** GNU long name in front of it. */
  gnuLongPath?: string;
  /** Changes the header block before the checksum is made. */
  change?: (block: Buffer) => void;
  wrongChecksum?: boolean;
}

/** A tar archive (ustar, with PAX or GNU extensions where an entry asks for them) with its end mark. */
export function tarArchive(entries: readonly ArchiveEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(entryBlocks), Buffer.alloc(1024)]);
}

export const file = (
  path: string,
  content: string | Buffer = '',
  rest: Partial<ArchiveEntry> = {},
): ArchiveEntry => ({
  path,
  content,
  ...rest,
});
export const folder = (path: string, rest: Partial<ArchiveEntry> = {}): ArchiveEntry => ({
  path: `${path}/`,
  type: '5',
  mode: 0o755,
  ...rest,
});
export const symlink = (path: string, linkPath: string): ArchiveEntry => ({ path, type: '2', linkPath });
export const hardLink = (path: string, linkPath: string): ArchiveEntry => ({ path, type: '1', linkPath });

function entryBlocks(entry: ArchiveEntry): Buffer[] {
  const content = Buffer.from(entry.content ?? '');
  const blocks: Buffer[] = [];
  if (entry.pax !== undefined) blocks.push(...extension('x', paxRecords(entry.pax)));
  if (entry.gnuLongPath !== undefined)
    blocks.push(...extension('L', Buffer.from(`${entry.gnuLongPath}\0`, 'latin1')));
  blocks.push(header(entry, content.length), content, padding(content.length));
  return blocks;
}

function extension(type: string, content: Buffer): Buffer[] {
  return [header({ path: '././@ext', type }, content.length), content, padding(content.length)];
}

const padding = (size: number): Buffer => Buffer.alloc((512 - (size % 512)) % 512);

function paxRecords(records: Record<string, string>): Buffer {
  const texts = Object.entries(records).map(([keyword, value]) => {
    const body = ` ${keyword}=${value}\n`;
    let length = body.length + 1;
    while (length !== body.length + String(length).length) length = body.length + String(length).length;
    return `${length}${body}`;
  });
  return Buffer.from(texts.join(''), 'latin1');
}

const plain = {
  type: '0',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: 1_700_000_000,
  linkPath: '',
  wrongChecksum: false,
};

function header(entry: ArchiveEntry, contentSize: number): Buffer {
  const { path, type, mode, uid, gid, mtime, linkPath, size, wrongChecksum } = {
    ...plain,
    size: contentSize,
    ...entry,
  };
  const block = Buffer.alloc(512);
  block.write(path, 0, 100, 'latin1');
  block.write(octal(mode, 8), 100, 'latin1');
  block.write(octal(uid, 8), 108, 'latin1');
  block.write(octal(gid, 8), 116, 'latin1');
  block.write(typeof size === 'number' ? octal(size, 12) : size, 124, 12, 'latin1');
  block.write(octal(mtime, 12), 136, 'latin1');
  block.write(type, 156, 'latin1');
  block.write(linkPath, 157, 100, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  entry.change?.(block);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(octal(wrongChecksum ? sum + 1 : sum, 8), 148, 'latin1');
  return block;
}

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
