import { labelValueProblems, qualifiedNameProblems } from '../validation/labels.ts';

type Operator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

const token = /\s*(?:(==|!=|=|!|\(|\)|,|>|<)|([^\s=!(),<>]+))/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const match = token.exec(text);
    if (!match)
      throw new SyntaxError(`unable to parse requirement: unexpected character in ${JSON.stringify(text)}`);
    tokens.push(match[1] ?? match[2] ?? '');
  }
  return tokens;
}

/** Takes tokens from the front; a class because the position is its state. */
class Parser {
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    while (this.#peek() !== undefined) {
      requirements.push(this.#requirement());
      if (this.#peek() === undefined) break;
      this.#expect(',');
      if (this.#peek() === undefined) throw unexpected('', 'identifier after ","');
    }
    return requirements;
  }

  #requirement(): Requirement {
    if (this.#peek() === '!') {
      this.#position += 1;
      return checked({ key: this.#identifier(), operator: '!', values: [] });
    }
    const key = this.#identifier();
    const next = this.#peek();
    if (next === undefined || next === ',') return checked({ key, operator: 'exists', values: [] });
    this.#position += 1;
    const operator = toOperator(next);
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#value()];
    return checked({ key, operator, values });
  }

  /** A single value may be empty: `key=` means the empty string. */
  #value(): string {
    const next = this.#peek();
    if (next === undefined || next === ',') return '';
    return this.#identifier();
  }

  #values(): string[] {
    this.#expect('(');
    const values = [this.#setValue()];
    while (this.#peek() === ',') {
      this.#position += 1;
      values.push(this.#setValue());
    }
    this.#expect(')');
    return values;
  }

  #setValue(): string {
    return this.#peek() === ',' || this.#peek() === ')' ? '' : this.#identifier();
  }

  #identifier(): string {
    const next = this.#peek() ?? '';
    if (next === '' || /^[=!(),<>]/.test(next)) throw unexpected(next, 'identifier');
    this.#position += 1;
    return next;
  }

  #expect(expected: string): void {
    if (this.#peek() !== expected) throw unexpected(this.#peek() ?? '', `'${expected}'`);
    this.#position += 1;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#position];
  }
}

function unexpected(found: string, expected: string): SyntaxError {
  return new SyntaxError(`unable to parse requirement: found '${found}', expected: ${expected}`);
}

function toOperator(text: string): Operator {
  if (text === '==') return '=';
  if (text === '=' || text === '!=' || text === 'in' || text === 'notin' || text === '>' || text === '<')
    return text;
  throw unexpected(text, 'in, notin, =, ==, !=, >, <');
}

function checked(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  const numeric = operator === '>' || operator === '<';
  const problems = [
    ...qualifiedNameProblems(key).map((problem) => `key: Invalid value: ${JSON.stringify(key)}: ${problem}`),
    ...values.flatMap((value) =>
      labelValueProblems(value).map(
        (problem) => `values: Invalid value: ${JSON.stringify(value)}: ${problem}`,
      ),
    ),
    ...(numeric && !/^[+-]?\d+$/.test(values[0] ?? '')
      ? ["for 'Gt', 'Lt' operators, the value must be an integer"]
      : []),
  ];
  if (problems.length > 0) throw new SyntaxError(`unable to parse requirement: ${problems.join(', ')}`);
  return requirement;
}

/**
 * Parses a label selector as `labels.Parse` of k8s.io/apimachinery does: `a=b,c!=d,e in (f,g),h,!i,j>1`.
 * @throws SyntaxError with a message for the caller.
 */
export function parseLabelSelector(text: string): Requirement[] {
  return new Parser(tokenize(text)).parse();
}

export function matchesLabels(requirements: readonly Requirement[], labels: Labels): boolean {
  return requirements.every((requirement) => matches(requirement, labels));
}

type Test = (value: string | undefined, values: readonly string[]) => boolean;

const isOneOf: Test = (value, values) => value !== undefined && values.includes(value);

const tests: Readonly<Record<Operator, Test>> = {
  exists: (value) => value !== undefined,
  '!': (value) => value === undefined,
  '=': isOneOf,
  in: isOneOf,
  '!=': (value, values) => !isOneOf(value, values),
  notin: (value, values) => !isOneOf(value, values),
  '>': (value, [bound]) => compare(value, '>', Number(bound)),
  '<': (value, [bound]) => compare(value, '<', Number(bound)),
};

function matches({ key, operator, values }: Requirement, labels: Labels): boolean {
  return tests[operator](Object.hasOwn(labels, key) ? labels[key] : undefined, values);
}

function compare(value: string | undefined, operator: '>' | '<', bound: number): boolean {
  if (value === undefined || !/^[+-]?\d+$/.test(value)) return false;
  return operator === '>' ? Number(value) > bound : Number(value) < bound;
}
