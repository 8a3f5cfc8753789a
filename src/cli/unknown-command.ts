import { PlatformError } from '../lib/errors.ts';
import { isNear, nearestWord } from '../lib/nearest-word.ts';
import type { Flag } from './command.ts';
import { goneHint } from './gone.ts';

/** What other command lines call it. */
const otherWords: Readonly<Record<string, string>> = {
  create: 'deploy',
  get: 'list',
  show: 'describe',
  rm: 'delete',
  remove: 'delete',
  invoke: 'call',
  start: 'run',
};

/** `paths` has the words of each command; the hint is for what may have been meant. */
export function unknownCommand(words: readonly string[], paths: readonly string[]): PlatformError {
  const meant = paths.find((path) => isMeant(words, path.split(' ')));
  const hint = meant === undefined ? undefined : `Did you mean "kubeless ${meant}"?`;
  const list = `Run "${['kubeless', ...groupOf(words, paths)].join(' ')} --help" for the list.`;
  return new PlatformError('bad_request', `unknown command "${words.join(' ')}"`, {
    hint: goneHint(words.join(' ')) ?? hint ?? list,
  });
}

/** Each word is near, or the group is left out: `kubeless deploy`. */
function isMeant(words: readonly string[], path: readonly string[]): boolean {
  const isSame = (word = '', wanted = ''): boolean => isNear(word, wanted) || otherWords[word] === wanted;
  if (path.every((wanted, index) => isSame(words[index], wanted))) return true;
  return path.length === 2 && path[1] === words[0];
}

/** As many of the words as are the beginning of a command. */
function groupOf(words: readonly string[], paths: readonly string[]): readonly string[] {
  const group = words.slice(0, -1);
  const isKnown = paths.some((path) => path.startsWith(`${group.join(' ')} `));
  return group.length === 0 || isKnown ? group : groupOf(group, paths);
}

export function unknownFlag(rawName: string, flags: readonly Flag[]): PlatformError {
  const meant = nearestWord(
    rawName.replace(/^-+/, ''),
    flags.map(({ name }) => name),
  );
  const options = meant === undefined ? {} : { hint: `Did you mean --${meant}?` };
  return new PlatformError('bad_request', `unknown flag: ${rawName}`, options);
}
