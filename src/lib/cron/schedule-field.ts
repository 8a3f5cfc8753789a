import { PlatformError } from '../errors.ts';

/** One of the five fields: which values it takes, and which of them a schedule names. */
export interface FieldRule {
  min: number;
  max: number;
  /** The first stands for `min`. */
  names?: readonly string[];
}

export interface ScheduleField {
  /** Ascending. */
  values: readonly number[];
  /** Whether it says `*`: then a day is chosen by the other of the two fields of days alone. */
  isAny: boolean;
}

/** A list of `*`, values and ranges, each with an optional step. Throws `invalid`. */
export function parseField(text: string, rule: FieldRule): ScheduleField {
  const items = text.split(',').map((item) => parseItem(item, rule));
  const values = new Set(items.flatMap((item) => item.values));
  return { values: [...values].sort((a, b) => a - b), isAny: items.some(({ isAny }) => isAny) };
}

function parseItem(text: string, rule: FieldRule): ScheduleField {
  const [range = '', stepText, ...tooMuch] = text.split('/');
  if (tooMuch.length > 0) throw new PlatformError('invalid', `too many slashes: ${text}`);
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  if (step === 0) throw new PlatformError('invalid', `step of range should be a positive number: ${text}`);
  const [start, end] = parseRange(range, rule, stepText !== undefined);
  if (start < rule.min)
    throw new PlatformError('invalid', `beginning of range (${start}) below minimum (${rule.min}): ${text}`);
  if (end > rule.max)
    throw new PlatformError('invalid', `end of range (${end}) above maximum (${rule.max}): ${text}`);
  if (start > end)
    throw new PlatformError('invalid', `beginning of range (${start}) beyond end of range (${end}): ${text}`);
  const count = Math.floor((end - start) / step) + 1;
  return {
    values: Array.from({ length: count }, (_, i) => start + i * step),
    isAny: isStar(range) && step === 1,
  };
}

function isStar(range: string): boolean {
  return range === '*' || range === '?';
}

/** `5/10` is `5-<max>/10`. */
function parseRange(text: string, rule: FieldRule, hasStep: boolean): [start: number, end: number] {
  if (isStar(text)) return [rule.min, rule.max];
  const [first = '', second, ...tooMuch] = text.split('-');
  if (tooMuch.length > 0) throw new PlatformError('invalid', `too many hyphens: ${text}`);
  const start = parseValue(first, rule);
  if (second !== undefined) return [start, parseValue(second, rule)];
  return [start, hasStep ? rule.max : start];
}

function parseValue(text: string, { min, names = [] }: FieldRule): number {
  const index = names.indexOf(text.toLowerCase());
  return index === -1 ? parseNumber(text) : min + index;
}

function parseNumber(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new PlatformError('invalid', `failed to parse number: "${text}"`);
}
