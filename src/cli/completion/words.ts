import type { CommandEntry, Flag } from '../command.ts';
import { helpFlag } from '../common-flags.ts';

/** What may follow the words of `path`. */
export interface Place {
  /** `kubeless function`; just `kubeless` at the top. */
  path: string;
  words: readonly string[];
  flags: readonly Flag[];
}

/** Every place in a command line where a shell completes. */
export async function describeCommands(commands: readonly CommandEntry[]): Promise<Place[]> {
  const groups = new Map<string, Set<string>>();
  for (const { path } of commands) {
    const words = ['kubeless', ...path.split(' ')];
    for (let length = 1; length < words.length; length += 1) {
      const group = words.slice(0, length).join(' ');
      groups.set(group, (groups.get(group) ?? new Set()).add(words[length] ?? ''));
    }
  }
  const inner = [...groups].map(([path, words]) => ({ path, words: [...words], flags: [helpFlag] }));
  const leaves = commands.map(async ({ path, load }) => {
    const { flags } = await load();
    return { path: `kubeless ${path}`, words: [], flags: [...flags, helpFlag] };
  });
  return [...inner, ...(await Promise.all(leaves))];
}

export function flagWords(flags: readonly Flag[]): string[] {
  return flags.flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);
}
