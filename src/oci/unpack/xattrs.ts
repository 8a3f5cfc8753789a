import { spawnSync } from 'node:child_process';
import { PlatformError } from '../../lib/errors.ts';
import { printable, tarError } from '../tar/tar-error.ts';
import type { Notes } from './notes.ts';

/** How overlayfs marks a folder that hides what lower layers have in it (kernel: filesystems/overlayfs.rst). */
export const opaqueXattr = 'trusted.overlay.opaque';

/**
 * The attributes of an entry that are kept: `user.*`. The others mean something to the host: overlayfs would obey
 * `trusted.overlay.*`, file capabilities and ACLs name ids of another user namespace, labels belong to the host's policy.
 */
export function keptXattrs(
  xattrs: ReadonlyMap<string, Buffer>,
  path: string,
  notes: Notes,
): Map<string, Buffer> {
  const kept = new Map<string, Buffer>();
  for (const [name, value] of xattrs) {
    if (isKept(name) && value.length > maxValueBytes)
      throw tarError(
        `The attribute ${printable(name)} of ${printable(path)} has more than ${maxValueBytes} bytes.`,
      );
    if (isKept(name)) kept.set(name, value);
    else notes.add(`attributes ${leftOutKind(name)} left out: they have no meaning inside a Kontainer`, path);
  }
  return kept;
}

/** Linux' own limit. */
const maxValueBytes = 65_536;

const isKept = (name: string): boolean =>
  /^user\.[\x21-\x3c\x3e-\x7e]{1,240}$/.test(name) && !name.startsWith('user.overlay.');

function leftOutKind(name: string): string {
  const kind = /^(security\.capability|security|system|trusted|user)\b/.exec(name)?.[0];
  return kind === undefined ? 'of an unknown kind' : `${kind}${kind.includes('.') ? '' : '.*'}`;
}

/** Attributes to set, by path relative to the layer's folder (byte strings). */
export type PendingXattrs = Map<string, Map<string, Buffer>>;

/**
 * Sets attributes with one `setfattr` process, as Node.js has no call for it. The paths must lead through folders only:
 * `-h` protects the last part of a path, nothing protects the others.
 */
export function writeXattrs(folder: string, pending: PendingXattrs): void {
  if (pending.size === 0) return;
  const input = Buffer.from(dump(pending), 'latin1');
  const { error, status, stderr } = spawnSync('setfattr', ['-h', '--restore=-'], { cwd: folder, input });
  if (error === undefined && status === 0) return;
  const text = stderr?.toString('utf8').slice(0, 500).trim() ?? '';
  if (text.includes('No space left')) throw Object.assign(new Error(text), { code: 'ENOSPC' });
  throw new PlatformError('internal', `Extended attributes cannot be written: ${error?.message ?? text}`, {
    cause: error,
    hint: 'The platform needs the setfattr program (package attr), a file system with extended attributes, and CAP_SYS_ADMIN.',
  });
}

/** The format of `getfattr --dump`. */
function dump(pending: PendingXattrs): string {
  let text = '';
  for (const [path, xattrs] of pending) {
    text += `# file: ${quote(path === '' ? '.' : path)}\n`;
    for (const [name, value] of xattrs) text += `${quote(name)}=0s${value.toString('base64')}\n`;
    text += '\n';
  }
  return text;
}

const quote = (text: string): string =>
  text.replaceAll(/[\\\n\r]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
