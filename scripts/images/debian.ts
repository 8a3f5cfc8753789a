import { execFile } from 'node:child_process';
import { appendFileSync, globSync, lstatSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listPaths } from './layer.ts';

const run = promisify(execFile);

const release = 'bookworm';

/** Of no use in a Kontainer, of this machine, or different in every build. */
const unwanted = [
  'dev/*',
  'etc/apt',
  'etc/fstab',
  'etc/hostname',
  'etc/machine-id',
  'etc/resolv.conf',
  'etc/*-',
  'usr/share/doc/*/*[!t]',
  'usr/share/{info,lintian,locale,man}/*',
  'var/cache/*',
  'var/lib/apt',
  'var/lib/dpkg/{available,lock*,triggers/Lock,*-old}',
  'var/log/*',
];

/**
 * Begins with /bin, /lib and /sbin as links into /usr, as every Debian 12 has them: the package that would convert the
 * folders brings all of Perl along (47 MB).
 */
const mergedUsr = [
  '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
  `--setup-hook=printf 'Package: usrmerge\\nPin: release *\\nPin-Priority: -1\\n' > "$1/etc/apt/preferences.d/merged-usr"`,
];

/** `full` is a small Debian with a shell; `bare` is only the named packages' files, no script of theirs having run. */
export type DebianVariant = 'full' | 'bare';

/** Makes a Debian root folder out of packages; mmdebstrap checks the archive's signatures. Needs root. */
export async function makeDebian(
  root: string,
  variant: DebianVariant,
  packages: readonly string[],
): Promise<void> {
  rmSync(root, { recursive: true, force: true });
  const kind = variant === 'full' ? 'essential' : 'extract';
  const include = `--include=${packages.join(',')}`;
  await run('mmdebstrap', ['--quiet', `--variant=${kind}`, ...mergedUsr, include, release, root]);
  for (const path of globSync(unwanted, { cwd: root }))
    rmSync(join(root, path), { recursive: true, force: true });
  // Nothing in a Kontainer may gain privileges, so no program needs the right to give them.
  await run('chmod', ['--recursive', 'u-s,g-s', root]);
  if (variant === 'full') appendUser(root);
}

/** The user that functions run as has a name: programs look it up. */
function appendUser(root: string): void {
  appendFileSync(join(root, 'etc/passwd'), 'function:x:1000:1000:function:/tmp:/usr/sbin/nologin\n');
  appendFileSync(join(root, 'etc/group'), 'function:x:1000:\n');
}

/** Paths of `full` that `base` lacks or has differently: what a layer on top of `base` holds. */
export function addedPaths(base: string, full: string): string[] {
  const paths = listPaths(full);
  const there = new Set(paths);
  const lost = listPaths(base).filter((path) => !there.has(path));
  if (lost.length > 0) throw new Error(`The layer would have to delete files of its base: ${lost.join(' ')}`);
  return paths.filter((path) => !isSame(join(base, path), join(full, path)));
}

function isSame(left: string, right: string): boolean {
  if (lstatSync(left, { throwIfNoEntry: false }) === undefined) return false;
  const [a, b] = [lstatSync(left), lstatSync(right)];
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return false;
  if (a.isSymbolicLink()) return readlinkSync(left) === readlinkSync(right);
  return !a.isFile() || (a.size === b.size && readFileSync(left).equals(readFileSync(right)));
}

/**
 * Compiles modules to byte code with the Python of a root; nothing in it depends on times, and what the packages
 * compiled, which does, is compiled again. `prefix` is left out of the
 * file names that stack traces show.
 */
export async function compilePython(root: string, folders: readonly string[], prefix = '/'): Promise<void> {
  const program = [
    '/usr/bin/python3.11',
    '-m',
    'compileall',
    '-q',
    '-f',
    '--invalidation-mode=unchecked-hash',
  ];
  const env = { PATH: '/usr/sbin:/usr/bin', PYTHONHASHSEED: '0', LC_ALL: 'C.UTF-8' };
  await run('chroot', [root, ...program, '-s', prefix, '-p', '/', ...folders], { env });
}
