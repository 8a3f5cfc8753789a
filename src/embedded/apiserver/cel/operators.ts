import { isRecord } from '../schema/structural-schema.ts';
import { CelError, isEqual } from './values.ts';

type Binary = (a: unknown, b: unknown) => unknown;

function ordered(compare: (a: number, b: number) => boolean): Binary {
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return compare(a, b);
    if (typeof a === 'string' && typeof b === 'string') return compare(a < b ? -1 : a > b ? 1 : 0, 0);
    if (typeof a === 'boolean' && typeof b === 'boolean') return compare(Number(a), Number(b));
    throw new CelError('no such overload');
  };
}

function arithmetic(calculate: (a: number, b: number) => number): Binary {
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return calculate(a, b);
    throw new CelError('no such overload');
  };
}

const divide = arithmetic((a, b) => {
  if (!Number.isInteger(a) || !Number.isInteger(b)) return a / b;
  if (b === 0) throw new CelError('division by zero');
  return Math.trunc(a / b);
});

const remainder = arithmetic((a, b) => {
  if (b === 0) throw new CelError('modulus by zero');
  return a % b;
});

const addNumbers = arithmetic((a, b) => a + b);

function add(a: unknown, b: unknown): unknown {
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])];
  return addNumbers(a, b);
}

function isIn(item: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.some((other) => isEqual(other, item));
  if (isRecord(container) && typeof item === 'string') return Object.hasOwn(container, item);
  throw new CelError('no such overload');
}

export interface BinaryOperator {
  /** Higher binds tighter. */
  readonly precedence: number;
  readonly apply: Binary;
}

/** Operators that evaluate both sides; `&&`, `||` and `?:` are the parser's. */
export const binaryOperators: ReadonlyMap<string, BinaryOperator> = new Map([
  ['==', { precedence: 1, apply: isEqual }],
  ['!=', { precedence: 1, apply: (a, b) => !isEqual(a, b) }],
  ['<', { precedence: 1, apply: ordered((a, b) => a < b) }],
  ['<=', { precedence: 1, apply: ordered((a, b) => a <= b) }],
  ['>', { precedence: 1, apply: ordered((a, b) => a > b) }],
  ['>=', { precedence: 1, apply: ordered((a, b) => a >= b) }],
  ['in', { precedence: 1, apply: isIn }],
  ['+', { precedence: 2, apply: add }],
  ['-', { precedence: 2, apply: arithmetic((a, b) => a - b) }],
  ['*', { precedence: 3, apply: arithmetic((a, b) => a * b) }],
  ['/', { precedence: 3, apply: divide }],
  ['%', { precedence: 3, apply: remainder }],
]);
