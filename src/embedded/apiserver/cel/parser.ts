import { expression, type Expression } from './expression.ts';
import { globalFunctions, methods } from './functions.ts';
import { compileHas, compileMacro, isMacro } from './macros.ts';
import { binaryOperators } from './operators.ts';
import { either, negate, negative } from './logic.ts';
import { tokenize, type Token } from './tokens.ts';
import { asBoolean, CelError, CelType, select, typeNames } from './values.ts';

const constants: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Recursive descent over the grammar of cel-spec; compiles straight into closures. */
export class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  /** @throws SyntaxError for what is no rule, and for functions that this server does not have. */
  parse(): Expression {
    const result = this.#conditional();
    if (this.#peek().kind !== 'end') throw this.#unexpected();
    return result;
  }

  #conditional(): Expression {
    const condition = this.#or();
    if (!this.#accept('?')) return condition;
    const yes = this.#conditional();
    this.#expect(':');
    const no = this.#conditional();
    return expression((scope) => (asBoolean(condition.evaluate(scope)) ? yes : no).evaluate(scope));
  }

  #or(): Expression {
    const left = this.#and();
    return this.#accept('||') ? either(left, this.#or(), true) : left;
  }

  #and(): Expression {
    const left = this.#binary(1);
    return this.#accept('&&') ? either(left, this.#and(), false) : left;
  }

  /** Precedence climbing. */
  #binary(minimum: number): Expression {
    let left = this.#unary();
    for (;;) {
      const operator = binaryOperators.get(this.#peek().kind === 'string' ? '' : this.#peek().text);
      if (!operator || operator.precedence < minimum) return left;
      this.#position += 1;
      const [a, b] = [left, this.#binary(operator.precedence + 1)];
      left = expression((scope) => operator.apply(a.evaluate(scope), b.evaluate(scope)));
    }
  }

  #unary(): Expression {
    if (this.#accept('!')) return negate(this.#unary());
    if (this.#accept('-')) return negative(this.#unary());
    return this.#member();
  }

  #member(): Expression {
    let operand = this.#primary();
    for (;;) {
      if (this.#accept('.')) operand = this.#selection(operand);
      else if (this.#accept('[')) operand = this.#index(operand);
      else return operand;
    }
  }

  #selection(operand: Expression): Expression {
    const name = this.#name();
    if (!this.#accept('(')) {
      const field = unescapeName(name);
      return {
        evaluate: (scope) => select(operand.evaluate(scope), field),
        source: { kind: 'select', operand, field },
      };
    }
    const args = this.#list(')');
    if (isMacro(name, args)) return compileMacro(name, operand, args);
    const method = methods.get(name);
    if (!method) throw new SyntaxError(`this server does not know the method ${name}()`);
    return expression((scope) => method(operand.evaluate(scope), ...args.map((arg) => arg.evaluate(scope))));
  }

  #index(operand: Expression): Expression {
    const key = this.#conditional();
    this.#expect(']');
    return expression((scope) => select(operand.evaluate(scope), key.evaluate(scope)));
  }

  #primary(): Expression {
    if (this.#accept('(')) {
      const inner = this.#conditional();
      this.#expect(')');
      return inner;
    }
    if (this.#accept('[')) {
      const items = this.#list(']');
      return expression((scope) => items.map((item) => item.evaluate(scope)));
    }
    const { kind, value } = this.#peek();
    if (kind !== 'number' && kind !== 'string') return this.#identifier();
    this.#position += 1;
    return expression(() => value);
  }

  #identifier(): Expression {
    const name = this.#name();
    if (this.#accept('(')) return this.#call(name);
    if (constants.has(name)) return expression(() => constants.get(name));
    const type = typeNames.includes(name) ? new CelType(name) : undefined;
    const evaluate: Expression['evaluate'] = (scope) => {
      if (scope.has(name)) return scope.get(name);
      if (type) return type;
      throw new CelError(`undeclared reference to '${name}'`);
    };
    return { evaluate, source: { kind: 'name', name } };
  }

  #call(name: string): Expression {
    const args = this.#list(')');
    if (name === 'has') return compileHas(args);
    const called = globalFunctions.get(name);
    if (!called) throw new SyntaxError(`this server does not know the function ${name}()`);
    return expression((scope) => called(...args.map((arg) => arg.evaluate(scope))));
  }

  #list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#accept(end)) {
      if (items.length > 0) this.#expect(',');
      items.push(this.#conditional());
    }
    return items;
  }

  #name(): string {
    const token = this.#peek();
    if (token.kind !== 'name') throw this.#unexpected();
    this.#position += 1;
    return token.text;
  }

  #accept(text: string): boolean {
    const { kind, text: found } = this.#peek();
    if (kind !== 'operator' || found !== text) return false;
    this.#position += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#unexpected();
  }

  #peek(): Token {
    const token = this.#tokens[this.#position] ?? this.#tokens.at(-1);
    if (!token) throw new SyntaxError('the rule is empty');
    return token;
  }

  #unexpected(): SyntaxError {
    const { text, at } = this.#peek();
    return new SyntaxError(`unexpected ${text} at ${at}`);
  }
}

const escapes: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

/** Property names as rules have to write them: https://kubernetes.io/docs/reference/using-api/cel/#escaping */
function unescapeName(name: string): string {
  const keyword = /^__([a-z]+)__$/.exec(name)?.[1];
  if (keyword !== undefined && escapes[keyword] === undefined) return keyword;
  return name.replaceAll(/__(underscores|dot|dash|slash)__/g, (_, escape: string) => escapes[escape] ?? '');
}
