import { chmod, chown, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where native/exec finds itself in every Kontainer's file system. */
export const execProgram = '/.kontain/exec';

const folders = ['.kontain', 'proc', 'sys', 'dev', 'tmp', 'etc'];
const hosts = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n';

/**
 * The topmost layer of every root file system: mount points, which a read-only root cannot get otherwise, the program
 * that runs plain executables, and the files that container engines replace. Being on top, it also hides what an image
 * might have put in these places.
 */
export async function writeSkeleton(folder: string, program: string, idBase: number): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const name of folders) await mkdir(join(folder, name), { mode: 0o755 });
  await chmod(join(folder, 'tmp'), 0o1777);
  await copyFile(program, join(folder, execProgram));
  await chmod(join(folder, execProgram), 0o555);
  await writeFile(join(folder, 'etc/hosts'), hosts);
  await writeFile(join(folder, 'etc/resolv.conf'), '');
  await symlink('/tmp/.request', join(folder, '.request'));
  await symlink('/tmp/.reply', join(folder, '.reply'));
  for (const name of ['', ...folders]) await chown(join(folder, name), idBase, idBase);
}
