import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { spec, tap, type TestEvent } from 'node:test/reporters';
import { seedLayers } from '../test/helpers/layer-seed.ts';
import { roomOnProcessors } from './processor-room.ts';
import { inGroups } from './test-groups.ts';
import { testEvents } from './test-runs.ts';

/** Take longest by themselves, for work or for waits: they begin first, so that none of them is left over at the end. */
const longest = [
  'test/e2e/deploys.test.ts',
  'test/contracts/kontainer-runc.test.ts',
  'test/e2e/cronjob-triggers.test.ts',
  'test/e2e/runtimes.test.ts',
  'test/e2e/hostile.test.ts',
  'test/contracts/function-controller-embedded.test.ts',
  'test/contracts/cronjob-trigger-controller-embedded.test.ts',
  'test/contracts/http-trigger-controller-embedded.test.ts',
  'test/e2e/guides.test.ts',
  'test/e2e/runtime-java.test.ts',
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
const { TEST_CONCURRENCY: concurrency, TEST_TIMEOUT_MS: timeout = '600000' } = process.env;
// Otherwise each of the homes that begin together would unpack all images.
if (files.some((file) => file.startsWith('test/e2e/'))) await seedLayers();
// More where the processors would wait: half of what runs waits, for minutes of a schedule or for what must not come.
const atLeast = Number(concurrency ?? 4);
const hasRoom = roomOnProcessors({ atLeast, atMost: concurrency === undefined ? 8 : atLeast });
const runs = { files: inOrder(inGroups(files, 'build/test-groups')), hasRoom, timeoutMs: Number(timeout) };
const events = Readable.from(testEvents(runs));
events.on('data', ({ type, data }: TestEvent) => {
  if (type === 'test:summary' && data.file === undefined && !data.success) process.exitCode = 1;
});
events.compose(spec).pipe(process.stdout);
events.compose(tap).pipe(createWriteStream(report));
