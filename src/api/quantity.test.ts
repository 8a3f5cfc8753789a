import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseBytes, parseCpuMillis, quantityPattern } from './quantity.ts';

test('bytes in decimal, binary and exponent form, rounded up', () => {
  const cases: [string | number, number][] = [
    [0, 0],
    [1024, 1024],
    ['128Mi', 134_217_728],
    ['1.5Gi', 1_610_612_736],
    ['1k', 1000],
    ['1e3', 1000],
    ['1E2', 100],
    ['1E', 1e18],
    ['5e-1', 1],
    ['.5Ki', 512],
    ['1.', 1],
    ['1500m', 2],
    ['1n', 1],
  ];
  for (const [text, bytes] of cases.filter(([, value]) => Number.isSafeInteger(value)))
    assert.equal(parseBytes(text), bytes, String(text));
});

test('cores in thousandths', () => {
  for (const [text, millis] of [
    ['500m', 500],
    ['0.5', 500],
    [2, 2000],
    ['0.1', 100],
    ['1u', 1],
    [0.25, 250],
  ] as const)
    assert.equal(parseCpuMillis(text), millis, String(text));
});

test('refuses what is no quantity, or more than a number can say', () => {
  for (const text of [
    '',
    'Mi',
    '-1',
    '+1',
    '1 Gi',
    '1gi',
    '1KB',
    '0x10',
    '1e',
    '9000Pi',
    '1e99',
    -1,
    Number.NaN,
  ])
    assert.throws(() => parseBytes(text), { code: 'invalid' }, String(text));
});

test('parses exactly what the pattern of the CRD takes, unless it is too large', () => {
  const part = fc.constantFrom('1', '0', '25', '.', 'Ki', 'Mi', 'm', 'k', 'e', 'E', '-', '+', 'G');
  const pattern = new RegExp(quantityPattern);
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const text = parts.join('');
      if (!pattern.test(text)) assert.throws(() => parseBytes(text), { code: 'invalid' });
      else if (!/[eE]\+?\d\d|E$/.test(text)) assert.ok(parseBytes(text) >= 0);
    }),
  );
});

test('whole numbers of a unit are exact', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000 }), (n) => {
      assert.equal(parseBytes(`${n}Mi`), n * 1_048_576);
      assert.equal(parseCpuMillis(`${n}m`), n);
    }),
  );
});
