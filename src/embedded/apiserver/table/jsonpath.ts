import { isRecord } from '../schema/structural-schema.ts';

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'recursive' }
  | { readonly kind: 'all' }
  | {
      readonly kind: 'slice';
      readonly from: number | undefined;
      readonly to: number | undefined;
      readonly step: number;
    }
  | {
      readonly kind: 'filter';
      readonly path: JsonPath;
      readonly operator: Comparison | undefined;
      readonly value: unknown;
    };

export type JsonPath = readonly Step[];

const field = /\.([^.[\]\s()]+)/y;
const quoted = /\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/y;
const all = /(?:\.\*|\[\*\])/y;
const recursive = /\.(?=\.)/y;
const index = /\[(-?\d+)\]/y;
const slice = /\[(-?\d*):(-?\d*)(?::(\d+))?\]/y;
const filter =
  /\[\?\(\s*@((?:[^\s()=!<>]|\\.)*)\s*(?:(==|!=|<=|>=|<|>)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s()]+)\s*)?\)\]/y;

/** Tries one token at a position of the path. */
interface Rule {
  readonly token: RegExp;
  readonly step: (match: RegExpExecArray) => Step;
}

const number = (text: string | undefined): number | undefined => (text ? Number(text) : undefined);

const rules: readonly Rule[] = [
  { token: all, step: () => ({ kind: 'all' }) },
  { token: recursive, step: () => ({ kind: 'recursive' }) },
  { token: field, step: ([, name = '']) => ({ kind: 'field', name: name.replaceAll(/\\(.)/g, '$1') }) },
  {
    token: quoted,
    step: ([, single, double]) => ({
      kind: 'field',
      name: (single ?? double ?? '').replaceAll(/\\(.)/g, '$1'),
    }),
  },
  { token: index, step: ([, at]) => indexStep(Number(at)) },
  {
    token: slice,
    step: ([, from, to, step]) => ({
      kind: 'slice',
      from: number(from),
      to: number(to),
      step: number(step) ?? 1,
    }),
  },
  {
    token: filter,
    step: ([, path = '', operator, value]) => ({
      kind: 'filter',
      path: parseJsonPath(path),
      operator: operator as Comparison | undefined,
      value: literal(value),
    }),
  },
];

function indexStep(at: number): Step {
  return { kind: 'slice', from: at, to: at === -1 ? undefined : at + 1, step: 1 };
}

function literal(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (/^['"]/.test(text)) return text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

/**
 * The JSONPath that kubectl and printer columns use (k8s.io/client-go/util/jsonpath) without templates: fields, `[n]`,
 * slices, `*`, `..`, quoted fields and one-term filters.
 * @throws SyntaxError for anything else.
 */
export function parseJsonPath(text: string): JsonPath {
  const path = escapedDots(text.trim());
  const steps: Step[] = [];
  let position = path.startsWith('$') ? 1 : 0;
  const end = path === '.' ? 0 : path.length;
  while (position < end) {
    const found = nextStep(path, position);
    if (!found)
      throw new SyntaxError(`unrecognized character in JSON path ${JSON.stringify(text)} at ${position}`);
    steps.push(found.step);
    position = found.end;
  }
  return steps;
}

/** `\.` inside a field name becomes a quoted field, so that the tokens stay simple. */
function escapedDots(path: string): string {
  return path.replaceAll(
    /\.((?:[^.[\]\\]|\\.)*\\\.(?:[^.[\]\\]|\\.)*)/g,
    (_, name: string) => `['${name.replaceAll('\\.', '.')}']`,
  );
}

function nextStep(path: string, position: number): { step: Step; end: number } | undefined {
  for (const { token, step } of rules) {
    token.lastIndex = position;
    const match = token.exec(path);
    if (match) return { step: step(match), end: position + match[0].length };
  }
  return undefined;
}

/** All values the path leads to; missing fields lead nowhere. */
export function evaluateJsonPath(path: JsonPath, root: unknown): unknown[] {
  return path.reduce<unknown[]>((values, step) => values.flatMap((value) => follow(step, value)), [root]);
}

type Follow<Kind extends Step['kind']> = (step: Extract<Step, { kind: Kind }>, value: unknown) => unknown[];

const followers: { readonly [Kind in Step['kind']]: Follow<Kind> } = {
  field: ({ name }, value) => (isRecord(value) && Object.hasOwn(value, name) ? [value[name]] : []),
  all: (_, value) => children(value),
  recursive: (_, value) => descendants(value),
  slice: ({ from, to, step }, value) =>
    Array.isArray(value) ? value.slice(from, to).filter((_, at) => at % step === 0) : [],
  filter: (step, value) => children(value).filter((item) => passes(step, item)),
};

function follow(step: Step, value: unknown): unknown[] {
  const follower = followers[step.kind] as (step: Step, value: unknown) => unknown[];
  return follower(step, value);
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? Object.values(value) : [];
}

function descendants(value: unknown): unknown[] {
  return [value, ...children(value).flatMap(descendants)];
}

function passes({ path, operator, value }: Extract<Step, { kind: 'filter' }>, item: unknown): boolean {
  const [found] = evaluateJsonPath(path, item);
  if (operator === undefined) return found !== undefined;
  if (found === undefined) return false;
  if (operator === '==') return found === value;
  if (operator === '!=') return found !== value;
  if (typeof found !== typeof value) return false;
  return ordered(operator, found as number, value as number);
}

function ordered(operator: Comparison, a: number, b: number): boolean {
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}
