import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'kontain-run-tests-'));
after(() => rmSync(folder, { recursive: true }));

interface Outcome {
  code: number;
  output: string;
  report: string;
}

/** As scripts/test does, in a folder of its own and not as a part of this run. */
function runTests(files: Record<string, string>): Promise<Outcome> {
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), `import { suite, test } from 'node:test';\n${text}`);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const argv = [resolve('scripts/run-tests.ts'), 'report.tap', ...Object.keys(files)];
  return new Promise((done) => {
    const child = execFile(process.execPath, argv, { cwd: folder, env }, (_error, output) => {
      const report = readFileSync(join(folder, 'report.tap'), 'utf8');
      done({ code: child.exitCode ?? -1, output, report });
    });
  });
}

const topLevel = (report: string): string[] => report.match(/^(ok|not ok|1\.\.).*$/gm) ?? [];

test('several files make one report: numbers go on, sums are told once at the end', async () => {
  const { code, output, report } = await runTests({
    'a.test.ts': `test('one', () => {}); suite('two', () => { test('in it', () => {}); });`,
    'b.test.ts': `await new Promise((done) => setTimeout(done, 1000)); test('three', { skip: true }, () => {});`,
  });
  assert.equal(code, 0);
  assert.deepEqual(topLevel(report), ['ok 1 - one', 'ok 2 - two', 'ok 3 - three # SKIP', '1..3']);
  assert.equal(report.match(/^# tests /gm)?.length, 1);
  assert.match(report, /^# tests 3\n# suites 1\n# pass 2\n# fail 0\n# cancelled 0\n# skipped 1\n# todo 0\n/m);
  assert.match(output, /^ℹ a\.test\.ts: \d+\.\d s$/m);
});

test('what fails fails the run: a test, a file that ends its process, one that cannot be loaded', async () => {
  const { code, output, report } = await runTests({
    'a.test.ts': `test('well', () => {});`,
    'b.test.ts': `test('ill', () => { throw new Error('so it is'); });`,
    'c.test.ts': `test('ends', () => process.exit(3));`,
    'd.test.ts': `import './nothing.ts';`,
  });
  assert.equal(code, 1);
  assert.match(report, /^# tests 4\n# suites 0\n# pass 1\n# fail 3\n/m);
  assert.deepEqual(
    topLevel(report)
      .map((line) => line.replace(/ \d+ - /, ' '))
      .toSorted(),
    ['1..4', 'not ok c.test.ts', 'not ok d.test.ts', 'not ok ill', 'ok well'],
  );
  assert.match(output, /failing tests:[^]*so it is/);
});
