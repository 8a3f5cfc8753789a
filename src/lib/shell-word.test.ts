import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { shellWord } from './shell-word.ts';

test('a shell reads back what was written', () => {
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
  const any = fc.oneof(
    text,
    fc.constantFrom('', "it's", 'two words', '$HOME', '~', '*', '-n', 'a\nb', '`id`'),
  );
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 50 }), (words) => {
      const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
      const read = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0');
      assert.deepEqual(read, [...words, '']);
    }),
    { numRuns: 30 },
  );
});

test('what needs no quotes gets none', () => {
  for (const text of ['/var/lib/kontain-faas', 'a-b_c.d']) assert.equal(shellWord(text), text);
});
