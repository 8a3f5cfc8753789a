import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, status } from '../../test/helpers/kube-objects.ts';
import { startScriptedApi, type Exchange } from '../../test/helpers/scripted-api.ts';
import { ManualClock } from '../../test/helpers/manual-clock.ts';
import { silentLogger } from '../lib/log.ts';
import type { CoreEvent } from './builtin-resources.ts';
import { EventRecorder } from './events.ts';

const failed = { type: 'Warning', reason: 'PullFailed', message: 'no such image' } as const;

async function setUp(step: (exchange: Exchange, index: number) => void) {
  const api = await startScriptedApi(step);
  const clock = new ManualClock();
  const recorder = new EventRecorder({
    client: api.client,
    component: 'test',
    host: 'n1',
    clock,
    log: silentLogger,
  });
  return { api, clock, recorder };
}

test('the first is made, repeats raise its count, at most one write an interval', async () => {
  const { api, clock, recorder } = await setUp((exchange) => exchange.json(200, {}));
  await using _ = api;
  for (let second = 0; second < 25; second += 1) {
    recorder.record(configMap('a', '1'), failed);
    await recorder.flush();
    await clock.advance(1000);
  }
  recorder.record(configMap('b', '1'), failed);
  await recorder.flush();
  assert.deepEqual(
    api.exchanges.map(({ method }) => method),
    ['POST', 'PATCH', 'PATCH', 'POST'],
  );
  const event = JSON.parse(api.exchanges[0]?.body ?? '') as CoreEvent;
  assert.deepEqual(
    [event.involvedObject.name, event.involvedObject.uid, event.reason],
    ['a', 'uid-a', 'PullFailed'],
  );
  assert.deepEqual(event.source, { component: 'test', host: 'n1' });
  assert.deepEqual(JSON.parse(api.exchanges[2]?.body ?? ''), {
    count: 21,
    lastTimestamp: '2026-01-01T00:00:20Z',
  });
});

test('an event that ran out is made again', async () => {
  const { api, clock, recorder } = await setUp(({ method, json }) =>
    method === 'PATCH' ? json(404, status(404, 'NotFound')) : json(200, {}),
  );
  await using _ = api;
  recorder.record(configMap('a', '1'), failed);
  await recorder.flush();
  await clock.advance(60_000);
  recorder.record(configMap('a', '1'), failed);
  await recorder.flush();
  assert.deepEqual(
    api.exchanges.map(({ method }) => method),
    ['POST', 'PATCH', 'POST'],
  );
});

test('a server that refuses events disturbs nobody, and a flood is bounded', async () => {
  const { api, recorder } = await setUp((exchange) => exchange.json(403, status(403, 'Forbidden')));
  await using _ = api;
  for (let n = 0; n < 1000; n += 1) recorder.record(configMap(`o${n}`, '1'), failed);
  await recorder.flush();
  assert.equal(api.exchanges.length, 100);
});
