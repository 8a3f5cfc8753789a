import { isRecord } from '../schema/structural-schema.ts';
import { expression, type Expression, type Scope } from './expression.ts';
import { asBoolean, CelError } from './values.ts';

type Each = (items: readonly unknown[], evaluate: (body: number, item: unknown) => unknown) => unknown;

/** True or false as soon as one item decides; an error counts only when none does (cel-spec, "all" and "exists"). */
function decide(items: readonly unknown[], test: (item: unknown) => boolean, deciding: boolean): boolean {
  const errors: unknown[] = [];
  for (const item of items) {
    try {
      if (test(item) === deciding) return deciding;
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return !deciding;
}

const macros: Readonly<Record<string, Each>> = {
  all: (items, run) => decide(items, (item) => asBoolean(run(0, item)), false),
  exists: (items, run) => decide(items, (item) => asBoolean(run(0, item)), true),
  exists_one: (items, run) => items.filter((item) => asBoolean(run(0, item))).length === 1,
  filter: (items, run) => items.filter((item) => asBoolean(run(0, item))),
  map: (items, run) => items.map((item) => run(0, item)),
};

export function isMacro(name: string, args: readonly Expression[]): boolean {
  return Object.hasOwn(macros, name) && args.length === 2;
}

/** `list.all(x, …)` and its kin: the first argument is a name, the second is evaluated for each item (of a map: each key). */
export function compileMacro(
  name: string,
  operand: Expression,
  [variable, body]: readonly Expression[],
): Expression {
  const each = macros[name];
  if (!each || !body || variable?.source.kind !== 'name')
    throw new SyntaxError(`${name}() needs a name and an expression`);
  const { name: bound } = variable.source;
  return expression((scope) =>
    each(itemsOf(operand.evaluate(scope)), (_, item) => body.evaluate(extend(scope, bound, item))),
  );
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isRecord(value)) return Object.keys(value);
  throw new CelError('no such overload');
}

function extend(scope: Scope, name: string, value: unknown): Scope {
  return new Map([...scope, [name, value]]);
}

/** `has(a.b)`: whether b is set; an error when a is not there. */
export function compileHas(args: readonly Expression[]): Expression {
  const source = args[0]?.source;
  if (args.length !== 1 || source?.kind !== 'select')
    throw new SyntaxError('has() needs a field selection such as self.name');
  return expression((scope) => {
    const value = source.operand.evaluate(scope);
    if (isRecord(value)) return Object.hasOwn(value, source.field);
    throw new CelError('no such overload');
  });
}
