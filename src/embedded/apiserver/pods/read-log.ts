import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { hasErrno } from '../../../lib/errors.ts';
import { parseLogLine } from '../../agent/pod-logs.ts';
import type { LogOptions } from './log-options.ts';

export interface Follow {
  /** Whether the container has ended: nothing more is written. */
  readonly ended: () => boolean;
  /** Resolves when there may be more, or when it may have ended. */
  readonly changed: () => Promise<void>;
}

const blockBytes = 64 * 1024;
const newline = 10;

/** The text of a container's log, and with `follow` what is printed later; undefined where there is none. */
export async function readLog(
  path: string,
  options: LogOptions,
  follow?: Follow,
): Promise<AsyncIterable<Buffer> | undefined> {
  const file = await openLog(path);
  return file && withLimit(blocksOf(file, options, follow), options.limitBytes);
}

async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function* blocksOf(
  file: FileHandle,
  options: LogOptions,
  follow: Follow | undefined,
): AsyncGenerator<Buffer> {
  try {
    let position = options.tailLines === undefined ? 0 : await tailPosition(file, options.tailLines);
    for (;;) {
      // Asked before reading: what was written before its end is read.
      const last = follow === undefined || follow.ended();
      for await (const { text, end } of wholeLines(file, position)) {
        position = end;
        yield shownText(text, options);
      }
      if (last) return;
      await follow.changed();
    }
  } finally {
    await file.close();
  }
}

/** Blocks of whole lines from a position on; half a line at the end waits for its rest. */
async function* wholeLines(
  file: FileHandle,
  position: number,
): AsyncGenerator<{ text: string; end: number }> {
  let rest: Buffer = Buffer.alloc(0);
  for (let at = position; ;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(blockBytes), 0, blockBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const length = bytes.lastIndexOf(newline) + 1;
    rest = bytes.subarray(length);
    if (length > 0) yield { text: bytes.toString('utf8', 0, length), end: at - rest.length };
  }
}

/** As kubelet shows it: a part of a line has no line end, and each part its time. */
function shownText(block: string, { since = 0, timestamps }: LogOptions): Buffer {
  let shown = '';
  for (const line of block.split('\n')) {
    const parsed = parseLogLine(line);
    if (parsed === undefined || Date.parse(parsed.time) < since) continue;
    shown += `${timestamps ? `${parsed.time} ` : ''}${parsed.text}${parsed.complete ? '\n' : ''}`;
  }
  return Buffer.from(shown);
}

async function* withLimit(blocks: AsyncIterable<Buffer>, limitBytes = Infinity): AsyncGenerator<Buffer> {
  let room = limitBytes;
  for await (const block of blocks) {
    if (block.length > 0) yield block.subarray(0, room);
    room -= block.length;
    if (room <= 0) return;
  }
}

/** Where the last lines begin: read backwards, block by block. */
async function tailPosition(file: FileHandle, lines: number): Promise<number> {
  const block = Buffer.alloc(blockBytes);
  // One more: the line end behind the last line begins none.
  let missing = lines + 1;
  for (let { size: end } = await file.stat(); end > 0; end = Math.max(0, end - blockBytes)) {
    const from = Math.max(0, end - blockBytes);
    const { bytesRead } = await file.read(block, 0, end - from, from);
    for (let i = bytesRead - 1; i >= 0; i -= 1) {
      if (block[i] === newline) missing -= 1;
      if (missing === 0) return from + i + 1;
    }
  }
  return 0;
}
