import { PlatformError } from '../lib/errors.ts';
import { connectionFlags, helpFlag } from './common-flags.ts';

const anywhere = [...connectionFlags, helpFlag];

/**
 * Flags that say which API server may stand before a command and between its words, as with kubectl: they are moved behind it.
 * `commands` has the words of each command, with a space between.
 */
export function commandFirst(argv: readonly string[], commands: ReadonlySet<string>): string[] {
  const words: string[] = [];
  const flags: string[] = [];
  const rest = [...argv];
  while (rest.length > 0 && !commands.has(words.join(' '))) {
    const length = lengthOfFlag(rest);
    if (length > 0) flags.push(...rest.splice(0, length));
    else if (rest[0]?.startsWith('-') === true) break;
    else words.push(...rest.splice(0, 1));
  }
  return [...words, ...flags, ...rest];
}

/** How many of the first words are one of those flags and its value; 0 if there is none. */
function lengthOfFlag([word = '']: readonly string[]): number {
  const [name = ''] = word.split('=', 1);
  const flag = anywhere.find(({ name: long, short = long }) => name === `--${long}` || name === `-${short}`);
  if (flag === undefined) return 0;
  return flag.type === 'switch' || word.includes('=') ? 1 : 2;
}

export function misplacedFlag(flag: string): PlatformError {
  const first = connectionFlags.map(({ name }) => `--${name}`).join(', ');
  return new PlatformError('bad_request', `there is no command before ${flag}`, {
    hint: `Write the command first, then its flags: kubeless function list -o wide. Only ${first} may come before it.`,
  });
}
