import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { matchesFields, parseFieldSelector } from './field-selector.ts';
import { matchesLabels, parseLabelSelector } from './label-selector.ts';

const key = fc.constantFrom('a', 'b', 'example.com/c');
const value = fc.constantFrom('x', 'y', 'in', 'notin', '1', '10');
const labels = fc.dictionary(key, value);

suite('selectors', () => {
  test('a label selector means what its parts mean', () => {
    fc.assert(
      fc.property(labels, key, fc.array(value, { minLength: 1, maxLength: 3 }), (set, name, values) => {
        const matches = (text: string): boolean => matchesLabels(parseLabelSelector(text), set);
        const own = set[name];
        const [first = ''] = values;
        assert.equal(matches(name), own !== undefined);
        assert.equal(matches(`!${name}`), own === undefined);
        assert.equal(matches(`${name}=${first}`), own === first);
        assert.equal(matches(`${name} == ${first}`), own === first);
        assert.equal(matches(`${name}!=${first}`), own !== first);
        assert.equal(matches(`${name} in (${values.join(', ')})`), own !== undefined && values.includes(own));
        assert.equal(
          matches(`${name} notin (${values.join(',')})`),
          own === undefined || !values.includes(own),
        );
        assert.equal(matches(`${name},${name}=${first}`), own === first);
      }),
    );
  });

  test('empty values and the empty selector', () => {
    assert.ok(matchesLabels(parseLabelSelector(''), {}));
    assert.ok(matchesLabels(parseLabelSelector('a='), { a: '' }));
    assert.ok(matchesLabels(parseLabelSelector('a in (,x)'), { a: '' }));
    assert.ok(!matchesLabels(parseLabelSelector('a=x'), Object.create({ a: 'x' }) as Record<string, string>));
  });

  test('any text either parses or is refused with a SyntaxError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab=!,() <>in\\/.-')) }), (text) => {
        for (const parse of [parseLabelSelector, parseFieldSelector]) {
          try {
            parse(text);
          } catch (error) {
            assert.ok(error instanceof SyntaxError, String(error));
          }
        }
      }),
    );
  });

  test('a field selector finds any value, escaped', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = text.replaceAll(/[\\,=]/g, (character) => `\\${character}`);
        const object = { metadata: { name: text } };
        assert.ok(matchesFields(parseFieldSelector(`metadata.name=${escaped}`), object));
        assert.ok(!matchesFields(parseFieldSelector(`metadata.name!=${escaped}`), object));
      }),
    );
  });
});
