import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cells, formatTable } from './table.ts';

test('columns are as wide as their widest cell and joined with tabs', () => {
  const text = formatTable([
    ['NAME', 'ENV'],
    ['a-long-name', 'A = 1\nB = 2'],
    ['b', ''],
  ]);
  assert.equal(text, 'NAME       \tENV\na-long-name\tA = 1\n           \tB = 2\nb\n');
});

test('wide cells are wrapped at spaces, never within a word', () => {
  assert.equal(formatTable([['aa bb cc', 'x']], { maxWidth: 5 }), 'aa bb\tx\ncc\n');
  assert.equal(formatTable([['abcdefgh', 'x']], { maxWidth: 5 }), 'abcdefgh\tx\n');
});

test('what is missing is an empty cell', () => {
  assert.deepEqual(cells('a', undefined, 0), ['a', '', '0']);
});
