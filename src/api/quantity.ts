import { PlatformError } from '../lib/errors.ts';

/** Powers of ten and of two: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaryExponents: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** Without a sign: no quantity here can be negative. */
export const quantityPattern =
  '^([0-9]+([.][0-9]*)?|[.][0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?[0-9]{1,2})?$';

const grammar = new RegExp(quantityPattern);

/** Bytes, rounded up. Throws `invalid`. */
export function parseBytes(value: string | number): number {
  return parseScaled(value, 0, 'a size; write for example 128Mi or 1Gi');
}

/** Thousandths of a core, rounded up: `500m` and `0.5` are 500. Throws `invalid`. */
export function parseCpuMillis(value: string | number): number {
  return parseScaled(value, 3, 'an amount of cores; write for example 500m or 2');
}

/** The least memory of a call that is taken: under it nothing starts, and it is mostly a unit that was forgotten. */
export const leastMemory = '1Mi';

/** Billionths, rounded up: what is compared without loss. Throws `invalid`. */
export function parseNanos(value: string | number): bigint {
  return parseExact(value, 9, 'a quantity; write for example 128Mi or 500m');
}

/** `value` × 10^shift. Exact integers all the way: 0.1 has no binary fraction, and 1Ei is over 2^53. */
function parseScaled(value: string | number, shift: number, expected: string): number {
  const result = Number(parseExact(value, shift, expected));
  if (Number.isSafeInteger(result)) return result;
  throw notA(expected, value);
}

function parseExact(value: string | number, shift: number, expected: string): bigint {
  const match = grammar.exec(String(value));
  if (match === null) throw notA(expected, value);
  return scale(match[1] ?? '', match[3] ?? '', shift);
}

function notA(expected: string, value: string | number): PlatformError {
  return new PlatformError('invalid', `"${value}" is not ${expected}`);
}

function scale(digits: string, suffix: string, shift: number): bigint {
  const [integer = '', fraction = ''] = digits.split('.');
  const binary = binaryExponents[suffix];
  const exponent = shift - fraction.length + (binary === undefined ? decimalExponent(suffix) : 0);
  let numerator = BigInt(`${integer}${fraction}`) * 2n ** BigInt(binary ?? 0);
  if (exponent >= 0) numerator *= 10n ** BigInt(exponent);
  const denominator = exponent < 0 ? 10n ** BigInt(-exponent) : 1n;
  return (numerator + denominator - 1n) / denominator;
}

function decimalExponent(suffix: string): number {
  return decimalExponents[suffix] ?? Number(suffix.slice(1));
}
