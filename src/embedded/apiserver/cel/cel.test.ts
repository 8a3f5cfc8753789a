import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { compileRule } from './compile-rule.ts';
import { CelError } from './values.ts';

const evaluate = (rule: string, self: unknown = null, oldSelf?: unknown): unknown =>
  compileRule(rule).evaluate(
    new Map([
      ['self', self],
      ['oldSelf', oldSelf],
    ]),
  );

suite('CEL', () => {
  const cases: [rule: string, self: unknown, result: unknown][] = [
    ['1 + 2 * 3 - 4', null, 3],
    ['(1 + 2) * 3', null, 9],
    ['7 / 2', null, 3],
    ['-7 % 3', null, -1],
    ['"a" + \'b\'', null, 'ab'],
    [String.raw`r'\d' == "\\d"`, null, true],
    ['[1, 2] + [3]', null, [1, 2, 3]],
    ['2 in [1, 2]', null, true],
    ['"a" in self', { a: 1 }, true],
    ['self.a.b[1]', { a: { b: [1, 2] } }, 2],
    ['self["x-y"]', { 'x-y': 1 }, 1],
    ['has(self.a) && !has(self.b)', { a: null }, true],
    ['self.size() == 2 && size(self) == 2', ['a', 'b'], true],
    ['self.all(x, x > 1)', [2, 3], true],
    ['self.exists(x, x > 2)', [2, 3], true],
    ['self.exists_one(x, x > 2)', [2, 3], true],
    ['self.filter(x, x > 2).map(x, x * 2)', [2, 3], [6]],
    ['self.all(k, k.startsWith("a"))', { ab: 1, ac: 2 }, true],
    ['type(self) == int ? "i" : type(self) == string ? "s" : "o"', 'x', 's'],
    ['self > 1 ? true : false', 2, true],
    ['false || self.missing == 1 || true', {}, true],
    ['false && self.missing == 1', {}, false],
    ['self.matches("^a+$")', 'aaa', true],
    ['self.split(",").size()', 'a,b,c', 3],
    ['quantity(self).isLessThan(quantity("1Mi"))', '1023Ki', true],
    ['quantity(self).isLessThan(quantity("1Mi"))', '1024Ki', false],
    ['quantity(self).isGreaterThan(quantity("1"))', '1000001u', true],
    ['self.lowerAscii()', 'AbC', 'abc'],
    ['self.__in__', { in: 5 }, 5],
    ['self.a__dash__b', { 'a-b': 5 }, 5],
    ['has(self.a__dot__b__slash__c) && self.a__underscores__b == 1', { 'a.b/c': 5, a__b: 1 }, true],
    ['self.all(x, self.exists(y, y == x))', [1, 2], true],
    ['string(self) + "!"', 3, '3!'],
    ['null == null', null, true],
    ['1 < 2 == true', null, true],
  ];
  for (const [rule, self, result] of cases) {
    test(rule, () => assert.deepEqual(evaluate(rule, self), result));
  }

  test('what cannot be evaluated says why', () => {
    for (const [rule, message] of [
      ['self.a == 1', 'no such key: a'],
      ['[1][2] == 1', 'index out of bounds: 2'],
      ['1 + "a" == 2', 'no such overload'],
      ['1 / 0 == 1', 'division by zero'],
      ['other == 1', "undeclared reference to 'other'"],
      ['self.a || false', 'no such key: a'],
    ] as const) {
      assert.throws(() => evaluate(rule, {}), new CelError(message), rule);
    }
  });

  test('what is no rule is refused when it is compiled', () => {
    for (const rule of [
      '',
      '1 +',
      '(1',
      'self.',
      'has(1)',
      '[1].all(1, true)',
      'nonsense(1)',
      'self.nonsense()',
      '"open',
      'a b',
      '#',
    ]) {
      assert.throws(() => compileRule(rule), SyntaxError, rule);
    }
  });

  test('any text compiles or is refused with a SyntaxError; any rule answers or throws a CelError', () => {
    const part = fc.constantFrom(
      'self',
      '.a',
      '[0]',
      '(',
      ')',
      ' && ',
      ' || ',
      '!',
      '==',
      '1',
      '"x"',
      ' ? ',
      ' : ',
      '.size()',
      'has(',
      '.all(x,',
      'x',
      ' in ',
      '-',
      '%',
      ',',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.jsonValue(), (parts, self) => {
        try {
          evaluate(parts.join(''), self);
        } catch (error) {
          assert.ok(
            error instanceof SyntaxError || error instanceof CelError,
            `${parts.join('')}: ${String(error)}`,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  test('JavaScript is out of reach', () => {
    for (const rule of ['self.constructor', 'self.__proto__', 'self["__proto__"]', 'constructor']) {
      assert.throws(() => evaluate(rule, {}), CelError);
    }
  });
});
