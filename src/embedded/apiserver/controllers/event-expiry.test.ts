import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { ManualClock } from '../../../../test/helpers/manual-clock.ts';
import { silentLogger } from '../../../lib/log.ts';
import { ObjectStore } from '../../store/object-store.ts';
import { builtinKinds } from '../resources/builtin-kinds.ts';
import { coreEvents } from '../resources/kinds/events.ts';
import { ResourceRegistry } from '../resources/resource-registry.ts';
import type { ApiContext } from '../verbs/api-context.ts';
import { createObject } from '../verbs/create.ts';
import { listObjects } from '../verbs/list.ts';
import { allOf } from './internal-request.ts';
import { startControllers } from './start-controllers.ts';

const minute = 60_000;

suite('expiry of events', () => {
  let folder = '';
  let store: ObjectStore;
  let clock: ManualClock;
  let context: ApiContext;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontain-expiry-'));
    store = new ObjectStore({ file: join(folder, 'state.sqlite') });
    clock = new ManualClock();
    context = { store, clock, newUid: randomUUID, registry: new ResourceRegistry(builtinKinds) };
  });
  afterEach(() => {
    store[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  const report = (name: string): void => {
    const event = { metadata: { name }, involvedObject: { kind: 'Node', name: 'n' } };
    createObject(context, allOf(coreEvents, 'default'), event, { dryRun: false, fieldValidation: 'Strict' });
  };
  const names = (): string[] =>
    listObjects(context, allOf(coreEvents)).items.map(({ metadata }) => metadata.name);

  test('an event goes an hour after it was seen, and nobody waits when there is none', async () => {
    const stop = startControllers(context, silentLogger);
    assert.equal(clock.sleepers, 0);
    report('first');
    await clock.advance(30 * minute);
    report('second');
    await clock.advance(31 * minute);
    assert.deepEqual(names(), ['second']);
    await clock.advance(30 * minute);
    assert.deepEqual(names(), []);
    assert.equal(clock.sleepers, 0);
    stop();
  });

  test('a restart takes up where the last process ended', async () => {
    startControllers(context, silentLogger)();
    report('old');
    await clock.advance(59 * minute);
    const stop = startControllers(context, silentLogger);
    assert.deepEqual(names(), ['old']);
    await clock.advance(2 * minute);
    assert.deepEqual(names(), []);
    stop();
    assert.equal(clock.sleepers, 0);
  });
});
