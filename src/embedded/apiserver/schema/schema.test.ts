import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { applyDefaults } from './defaults.ts';
import { decodeProtobuf } from './decode-protobuf.ts';
import { objectOf, text, textMap, integer, listOf } from './meta-schemas.ts';
import { compilePattern } from './pattern.ts';
import { pruneUnknown } from './prune.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { normalizeTime } from './times.ts';
import { validateValue } from './validate-value.ts';

const schema: StructuralSchema = {
  type: 'object',
  required: ['a'],
  properties: {
    a: { type: 'integer', minimum: 0 },
    b: { type: 'string', default: 'x' },
    c: { type: 'array', items: { type: 'object', properties: { d: { type: 'boolean', default: true } } } },
    e: { type: 'object', additionalProperties: { type: 'integer' } },
    f: { type: 'string', nullable: true },
  },
};

suite('structural schemas', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        a: fc.oneof(fc.integer(), fc.string()),
        c: fc.array(fc.dictionary(fc.constantFrom('d', 'z'), fc.jsonValue())),
        e: fc.jsonValue(),
        z: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
  );

  test('pruning and defaulting are done after once, and pruned values have no unknown fields', () => {
    fc.assert(
      fc.property(value, (input) => {
        const once = structuredClone(input);
        pruneUnknown(once, schema);
        applyDefaults(once, schema);
        const twice = structuredClone(once);
        assert.deepEqual(pruneUnknown(twice, schema), []);
        applyDefaults(twice, schema);
        assert.deepEqual(twice, once);
      }),
    );
  });

  test('validation never throws, and accepts what was made to fit', () => {
    const fitting = fc.record({
      a: fc.nat(),
      b: fc.string(),
      c: fc.array(fc.record({ d: fc.boolean() })),
      e: fc.dictionary(fc.string(), fc.integer()),
      f: fc.option(fc.string()),
    });
    fc.assert(
      fc.property(value, fitting, (any, good) => {
        assert.ok(Array.isArray(validateValue(any, schema, '')));
        assert.deepEqual(validateValue(good, schema, ''), []);
      }),
    );
  });

  test('patterns written for Go', () => {
    assert.ok(compilePattern(String.raw`\A[[:alpha:]]+\z`).test('abc'));
    assert.ok(compilePattern('(?i)^abc$').test('ABC'));
    assert.throws(() => compilePattern('('), SyntaxError);
  });

  test('times', () => {
    assert.equal(normalizeTime('2026-01-02T03:04:05.678+01:00', 'seconds'), '2026-01-02T02:04:05Z');
    assert.equal(normalizeTime('2026-01-02T03:04:05.678901Z', 'microseconds'), '2026-01-02T03:04:05.678901Z');
    assert.throws(() => normalizeTime('2026-01-02T03:04:05.678Z', 'microseconds'), RangeError);
  });
});

suite('protobuf of built-in kinds', () => {
  const message = objectOf(
    {
      name: text(''),
      labels: textMap(''),
      size: integer('', 'int64'),
      parts: listOf(objectOf({ id: text('') }, '', { id: 1 }), ''),
    },
    '',
    { name: 1, labels: 2, size: 3, parts: 4 },
  );

  test('a message written by hand', () => {
    const bytes = Buffer.from('0a016e12060a016112016218ffffffffffffffffff0122030a01782200', 'hex');
    assert.deepEqual(decodeProtobuf(bytes, message), {
      name: 'n',
      labels: { a: 'b' },
      size: -1,
      parts: [{ id: 'x' }, {}],
    });
  });

  test('any bytes are read or refused with a RangeError or TypeError, and end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodeProtobuf(bytes, message);
        } catch (error) {
          assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});
