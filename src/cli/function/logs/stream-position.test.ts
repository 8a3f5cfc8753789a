import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogLine } from './log-line.ts';
import { StreamPosition } from './stream-position.ts';

test('a stream that breaks anywhere goes on with no line twice and none left out', () => {
  const steps = fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(steps, fc.array(fc.nat({ max: 10 }), { maxLength: 8 }), (gaps, breaks) => {
      let now = 0;
      const lines = gaps.map((gap): LogLine => {
        now += gap;
        return { time: new Date(now).toISOString(), requestId: 'r', stream: 'stdout', text: 'the same' };
      });
      const position = new StreamPosition({ namespace: 'n', name: 'f' });
      const shown: LogLine[] = [];
      for (const length of [...breaks, lines.length]) {
        const { sinceTime = '' } = position.request;
        for (const line of lines.filter(({ time }) => time >= sinceTime).slice(0, length))
          if (position.isNew(line)) shown.push(line);
        position.restart();
      }
      assert.deepEqual(shown.slice(0, lines.length), lines.slice(0, shown.length));
      assert.ok(shown.length <= lines.length);
    }),
  );
});
