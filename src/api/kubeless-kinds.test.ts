import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { kubelessKinds, objectOf } from '../../test/fixtures/kubeless-kinds.ts';
import { cronSchedulePattern } from './cron-schedule.ts';
import { validate } from './validate.ts';

for (const fixture of kubelessKinds) {
  const { definition, good, bad, broken, badNames } = fixture;
  suite(definition.kind, () => {
    for (const [name, spec] of Object.entries(good))
      test(`takes ${name}`, () => {
        const result = validate(definition, objectOf(fixture, spec));
        assert.ok(result.ok, JSON.stringify(result));
        assert.deepEqual(result.value['spec'], spec);
      });

    for (const [name, { spec, field, hint }] of Object.entries(bad))
      test(`refuses ${name}`, () => {
        const result = validate(definition, objectOf(fixture, spec));
        assert.ok(!result.ok);
        const [problem = '', ...more] = result.problems;
        assert.deepEqual(more, []);
        assert.ok(problem.startsWith(`${field}: `), problem);
        assert.match(problem, hint ?? /./);
        assert.doesNotMatch(problem, /expected|received|undefined|regex/i);
      });

    for (const [name, { spec, field, hint }] of Object.entries(broken))
      test(`refuses ${name}`, () => {
        const result = validate(definition, objectOf(fixture, spec));
        assert.ok(!result.ok && result.problems.length === 1);
        assert.ok(result.problems[0]?.includes(field));
        assert.match(result.problems[0] ?? '', hint ?? /./);
      });

    test('any object at all is taken or refused in sentences', () => {
      fc.assert(
        fc.property(fc.anything({ withNullPrototype: true, withDate: true }), (spec) => {
          const result = validate(definition, objectOf(fixture, spec));
          if (!result.ok) assert.ok(result.problems.every((text) => text.length > 0));
        }),
      );
    });

    test('names', () => {
      for (const name of badNames) assert.ok(!validate(definition, objectOf(fixture, {}, name)).ok, name);
    });
  });
}

test('cron schedules of values in their ranges match, and no text takes long', () => {
  const pattern = new RegExp(cronSchedulePattern);
  const field = (min: number, max: number) =>
    fc.oneof(fc.constant('*'), fc.integer({ min, max }).map(String), fc.constant(`${min}-${max}/2`));
  const fields = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6));
  fc.assert(fc.property(fields, (parts) => pattern.test(parts.join(' '))));
  fc.assert(fc.property(fc.string({ maxLength: 256 }), (text) => typeof pattern.test(text) === 'boolean'));
  assert.ok(!pattern.test(`${'1,'.repeat(127)}x`));
});
