import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCgroups } from './cgroups.ts';

/** Names of what a run makes outside of the repository: whoever finds them knows whether their maker still runs. */
export function namesOf(pid: number): { cgroup: string; run: string; homePrefix: string } {
  const name = `kontain-bench-${pid}`;
  return { cgroup: `/${name}`, run: `/run/${name}`, homePrefix: join(tmpdir(), `${name}-`) };
}

/** Removes what runs have left that were killed. */
export async function sweep(): Promise<void> {
  for (const folder of [tmpdir(), '/run'])
    for (const name of await leftovers(folder))
      await rm(join(folder, name), { recursive: true, force: true });
  for (const hierarchy of ['/sys/fs/cgroup', '/sys/fs/cgroup/memory'])
    for (const name of await leftovers(hierarchy)) await removeCgroups(`/${name}`);
}

async function leftovers(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => {
    const pid = /^kontain-bench-(\d+)(-\w+)?$/.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });
}
