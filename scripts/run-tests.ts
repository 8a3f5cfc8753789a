import { createWriteStream } from 'node:fs';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';
import { inGroups } from './test-groups.ts';

/** Take longest by themselves, for work or for waits: they begin first, so that none of them is left over at the end. */
const longest = [
  'test/contracts/kontainer-runc.test.ts',
  'test/e2e/cronjob-triggers.test.ts',
  'test/e2e/deploys.test.ts',
  'test/contracts/function-controller-embedded.test.ts',
  'test/contracts/cronjob-trigger-controller-embedded.test.ts',
  'test/contracts/http-trigger-controller-embedded.test.ts',
  'test/e2e/deploy-compiled.test.ts',
  'test/e2e/guides.test.ts',
  'test/e2e/runtime-java.test.ts',
  'test/e2e/scripting-languages.test.ts',
  'test/contracts/runtime-ruby.test.ts',
  'test/contracts/runtime-nodejs.test.ts',
];

/** `node --test` sorts what it is given by name. Otherwise this is what it does. */
function inOrder(files: readonly string[]): string[] {
  const weight = (file: string): number => {
    const place = longest.indexOf(file);
    if (place >= 0) return place;
    const kinds = ['test/e2e/', 'test/contracts/'];
    const kind = kinds.findIndex((folder) => file.startsWith(folder));
    return longest.length + (kind < 0 ? kinds.length : kind);
  };
  return files.toSorted((a, b) => weight(a) - weight(b));
}

const [report = '', ...files] = process.argv.slice(2);
// On two cores: half of what runs waits, for minutes of a schedule or for sandboxes to end.
const { TEST_CONCURRENCY: concurrency = '4', TEST_TIMEOUT_MS: timeout = '300000' } = process.env;
const events = run({
  files: inOrder(inGroups(files, 'build/test-groups')),
  concurrency: Number(concurrency),
  timeout: Number(timeout),
});
events.on('test:summary', ({ file, success }) => {
  if (file === undefined && !success) process.exitCode = 1;
});
events.compose(spec).pipe(process.stdout);
events.compose(tap).pipe(createWriteStream(report));
