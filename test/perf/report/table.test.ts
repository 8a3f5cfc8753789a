import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, formatNumber, formatTable } from './table.ts';

test('columns are as wide as their widest cell, with nothing at the end of a line', () => {
  assert.equal(
    formatTable([
      ['a', 'b'],
      ['long', 'c', 'd'],
      ['', 'x'],
    ]),
    'a     b\nlong  c  d\n      x',
  );
});

test('numbers keep the digits that say something', () => {
  const numbers = [0.1234, 3.456, 45.67, 456.7, 82_275.4, Number.NaN];
  assert.deepEqual(numbers.map(formatNumber), ['0.12', '3.46', '45.7', '457', '82,275', '–']);
});

test('bytes are told in the unit that fits', () => {
  assert.equal(formatBytes(4096), '4.00 KiB');
  assert.equal(formatBytes(5.5 * 1024 * 1024), '5.50 MiB');
});
