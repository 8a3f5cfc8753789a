import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './program.ts';

export interface GuideBlock {
  /** `first-function.md:12`. */
  place: string;
  kind: 'typed' | 'untyped' | 'shown';
  /** What is typed; of a block that shows an answer, the command after its `$`. */
  command: string;
  /** What a block shows below its command. */
  answer: string;
}

/**
 * The blocks of a guide that are for a shell, in order: ```sh is typed as it stands, ```sh no-test cannot be (it has no end,
 * or a value that only the reader has), and one without a language that begins with `$ ` is a command and its answer.
 */
export function guideBlocks(name: string): GuideBlock[] {
  const text = readFileSync(join(repository, 'docs/guides', name), 'utf8');
  const blocks: GuideBlock[] = [];
  for (const match of text.matchAll(/^( *)```([^\n]*)\n([^]*?)\n\1```$/gm)) {
    const [, indent = '', info = '', body = ''] = match;
    const lines = body.split('\n').map((line) => line.slice(indent.length));
    const place = `${name}:${text.slice(0, match.index).split('\n').length}`;
    const whole = { place, command: lines.join('\n'), answer: '' };
    if (info === 'sh') blocks.push({ ...whole, kind: 'typed' });
    else if (info === 'sh no-test') blocks.push({ ...whole, kind: 'untyped' });
    else if (info === '' && lines[0]?.startsWith('$ '))
      blocks.push({ place, kind: 'shown', command: lines[0].slice(2), answer: lines.slice(1).join('\n') });
  }
  return blocks;
}
