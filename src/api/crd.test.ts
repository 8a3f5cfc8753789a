import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { duration, listByKey, textMatching } from './schema-rules.ts';
import { structuralSchema } from './structural-schema.ts';

test('types, bounds, defaults and extensions as a structural schema has them', () => {
  const schema = z.strictObject({
    kind: z.literal('One'),
    count: z.int().min(1).optional(),
    ratio: z.number().max(2).default(1),
    duration: duration('How long.').optional(),
    name: textMatching({ description: 'Its name.', pattern: '^a+$', message: 'write some a', maxLength: 9 }),
    map: z.record(z.string(), z.boolean()),
    list: listByKey(z.object({ id: z.string() }), 'id', { description: 'A list.', maxItems: 3 }),
    maybe: z.int().nullable().optional(),
    none: z.object({ a: z.string() }).nullable().describe('None or some.').optional(),
    loose: z.looseObject({ a: z.string().optional() }).optional(),
  });
  assert.deepEqual(structuralSchema(schema), {
    type: 'object',
    required: ['kind', 'name', 'map', 'list'],
    properties: {
      kind: { type: 'string', enum: ['One'] },
      count: { type: 'integer', format: 'int64', minimum: 1 },
      ratio: { type: 'number', maximum: 2, default: 1 },
      duration: {
        description: 'How long.',
        'x-kubernetes-int-or-string': true,
        'x-kubernetes-validations': [
          {
            rule: String.raw`type(self) == int ? self > 0 : self.matches("^([0-9]+|([0-9]+([.][0-9]+)?(ms|s|m|h))+)$") && self.matches("[1-9]")`,
            message: 'write whole seconds (30) or a duration such as 500ms, 30s, 2m or 1h30m',
          },
        ],
      },
      name: {
        type: 'string',
        description: 'Its name.',
        maxLength: 9,
        'x-kubernetes-validations': [{ rule: 'self.matches("^a+$")', message: 'write some a' }],
      },
      map: { type: 'object', additionalProperties: { type: 'boolean' } },
      list: {
        type: 'array',
        description: 'A list.',
        maxItems: 3,
        items: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['id'],
      },
      maybe: { type: 'integer', nullable: true, format: 'int64' },
      none: {
        type: 'object',
        nullable: true,
        description: 'None or some.',
        properties: { a: { type: 'string' } },
        required: ['a'],
      },
      loose: { type: 'object', properties: { a: { type: 'string' } } },
    },
  });
});

test('what a structural schema cannot say is refused, not lost', () => {
  const refused: readonly [z.ZodType, RegExp][] = [
    [z.object({ either: z.union([z.string(), z.boolean()]) }), /\$\.either.*no single type/],
    [z.object({ anything: z.any() }), /\$\.anything.*no single type/],
    [z.object({ pair: z.tuple([z.string(), z.int()]) }), /\$\.pair.*prefixItems/],
  ];
  for (const [schema, message] of refused)
    assert.throws(() => structuralSchema(schema), { code: 'internal', message });
});
