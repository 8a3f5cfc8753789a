import { readdir, readFile, readlink } from 'node:fs/promises';

const listening = '0A';

/**
 * Whether a process, or one that it has started, listens on a port: another program may have taken it in the meantime, and answers
 * in its place. Undefined on a system that does not tell.
 */
export async function listensOn(port: number, pid: number): Promise<boolean | undefined> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => read(`/proc/${pid}/net/${name}`)));
  if (tables.every((table) => table === '')) return undefined;
  const wanted = new Set(tables.flatMap((table) => listenersOf(table, port)));
  for (const each of await family(pid))
    for (const socket of await socketsOf(each)) if (wanted.has(socket)) return true;
  return false;
}

/** Inodes as links of descriptors name them. Columns as in proc(5): sl local_address rem_address st … inode. */
function listenersOf(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  const own = rows.filter(([, local = '', , state]) => state === listening && local.endsWith(suffix));
  return own.map((row) => `socket:[${row[9] ?? ''}]`);
}

async function family(pid: number): Promise<number[]> {
  const threads = await list(`/proc/${pid}/task`);
  const children = await Promise.all(threads.map((thread) => read(`/proc/${pid}/task/${thread}/children`)));
  const pids = children.flatMap((text) => text.split(' ').filter((word) => word !== ''));
  return [pid, ...(await Promise.all(pids.map((child) => family(Number(child))))).flat()];
}

async function socketsOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await list(folder);
  return Promise.all(descriptors.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
}

// A process may end while it is looked at.
const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
const list = (path: string): Promise<string[]> => readdir(path).catch(() => []);
