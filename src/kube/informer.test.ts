import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../test/helpers/eventually.ts';
import { added, bookmark, configMap, listOf, status } from '../../test/helpers/kube-objects.ts';
import { startScriptedApi, type Exchange, type ScriptedApi } from '../../test/helpers/scripted-api.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import { silentLogger } from '../lib/log.ts';
import { configMaps, type ConfigMap } from './builtin-resources.ts';
import { Informer } from './informer.ts';
import type { ListWatchTimings } from './list-watch.ts';

const quick: ListWatchTimings = {
  backoffBaseMs: 1,
  backoffCapMs: 10,
  watchSeconds: 60,
  silenceMs: 0,
  shortestWatchMs: 0,
  fruitlessWatches: 3,
};

function follow(api: ScriptedApi, timings: Partial<ListWatchTimings> = {}, clock: Clock = systemClock) {
  const informer = new Informer<ConfigMap>({
    client: api.client,
    resource: configMaps,
    clock,
    random: Math.random,
    log: silentLogger,
    timings: { ...quick, ...timings },
  });
  const changes: string[] = [];
  informer.subscribe(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
  informer.start();
  return { informer, changes };
}

const isWatch = ({ query }: Exchange) => query.get('watch') === 'true';
const watches = (api: ScriptedApi) => api.exchanges.filter(isWatch);
const lists = (api: ScriptedApi) => api.exchanges.filter((exchange) => !isWatch(exchange));
const versions = (api: ScriptedApi) => watches(api).map(({ query }) => query.get('resourceVersion'));

/** Answers every list with `list`, and the nth watch with the nth step; further watches stay open and silent. */
function script(list: object, steps: readonly ((exchange: Exchange) => void)[]) {
  let watch = 0;
  return (exchange: Exchange) => {
    if (!isWatch(exchange)) return exchange.json(200, list);
    const step = steps[watch] ?? ((open: Exchange) => open.stream());
    watch += 1;
    step(exchange);
  };
}

test('lists, then follows adds, changes and deletes', async () => {
  const step = (watch: Exchange) => {
    watch.stream();
    watch.send(added(configMap('b', '11')), { type: 'MODIFIED', object: configMap('a', '12', { x: '1' }) });
    watch.send({ type: 'DELETED', object: configMap('b', '13') });
  };
  await using api = await startScriptedApi(script(listOf('10', [configMap('a', '5')]), [step]));
  const { informer, changes } = follow(api);
  await using _ = informer;
  await informer.synced;
  await eventually('the delete', () => changes.length === 4);
  assert.deepEqual(changes, ['added a', 'added b', 'modified a', 'deleted b']);
  assert.deepEqual(informer.get({ namespace: 'default', name: 'a' })?.data, { x: '1' });
  assert.equal(informer.list().length, 1);
  assert.equal(watches(api)[0]?.query.get('allowWatchBookmarks'), 'true');
  assert.ok(Number(watches(api)[0]?.query.get('timeoutSeconds')) >= 60);
});

test('goes on after a dropped connection from the last event or bookmark, without a new list', async () => {
  const steps = [
    (watch: Exchange) => {
      watch.stream();
      watch.send(added(configMap('b', '11')));
      setTimeout(watch.drop, 20);
    },
    (watch: Exchange) => {
      watch.stream();
      watch.send(bookmark('20'));
      setTimeout(watch.drop, 20);
    },
    (watch: Exchange) => watch.drop(),
  ];
  await using api = await startScriptedApi(script(listOf('10', []), steps));
  const { informer } = follow(api);
  await using _ = informer;
  await eventually('the fourth watch', () => watches(api).length >= 4);
  assert.deepEqual(versions(api).slice(0, 4), ['10', '11', '20', '20']);
  assert.equal(lists(api).length, 1);
});

for (const [name, refuse] of [
  ['answer', (watch: Exchange) => watch.json(410, status(410, 'Expired'))],
  [
    'event',
    (watch: Exchange) => {
      watch.stream();
      watch.send({ type: 'ERROR', object: status(410, 'Expired') });
    },
  ],
] as const) {
  test(`lists again after a 410 ${name} and makes up the deletes and changes it missed`, async () => {
    const answers = [
      listOf('10', [configMap('gone', '1'), configMap('same', '2'), configMap('other', '3')]),
      listOf('99', [configMap('same', '2'), configMap('other', '50'), configMap('new', '60')]),
    ];
    let watched = 0;
    await using api = await startScriptedApi((exchange) => {
      if (!isWatch(exchange)) return exchange.json(200, answers[Math.min(watched, 1)]);
      watched += 1;
      return watched === 1 ? refuse(exchange) : exchange.stream();
    });
    const { informer, changes } = follow(api);
    await using _ = informer;
    await eventually('the second watch', () => watches(api).length === 2);
    assert.deepEqual(changes.slice(3), ['deleted gone', 'modified other', 'added new']);
    assert.deepEqual(versions(api), ['10', '99']);
  });
}

test('an object that was made anew between two lists is deleted and added', async () => {
  const second = { ...configMap('a', '50'), metadata: { ...configMap('a', '50').metadata, uid: 'other' } };
  let listed = 0;
  await using api = await startScriptedApi((exchange) => {
    if (isWatch(exchange)) return listed === 1 ? exchange.json(410, status(410, 'Gone')) : exchange.stream();
    listed += 1;
    return exchange.json(200, listOf(`${listed}0`, [listed === 1 ? configMap('a', '5') : second]));
  });
  const { informer, changes } = follow(api);
  await using _ = informer;
  await eventually('both lists', () => changes.length === 3);
  assert.deepEqual(changes, ['added a', 'deleted a', 'added a']);
});

test('takes silence for a lost peer and reconnects from where it was', async () => {
  const silent = (watch: Exchange) => {
    watch.stream();
    watch.send(added(configMap('b', '11')));
  };
  await using api = await startScriptedApi(script(listOf('10', []), [silent]));
  const { informer } = follow(api, { silenceMs: 1000 });
  await using _ = informer;
  await eventually('the second watch', () => watches(api).length >= 2);
  assert.equal(versions(api)[1], '11');
});

for (const [name, text] of [
  ['garbage', 'this is not JSON\n'],
  ['a line that is no event', '{"type":"ADDED"}\n'],
  ['an unknown type', '{"type":"WHAT","object":{"metadata":{"resourceVersion":"12"}}}\n'],
  ['an ERROR without a Status', '{"type":"ERROR","object":{}}\n'],
  ['half a line', '{"type":"ADDED","object":{"meta'],
  ['null', 'null\n'],
] as const) {
  test(`survives ${name} and goes on from the event before it`, async () => {
    const step = (watch: Exchange) => {
      watch.stream();
      watch.send(added(configMap('b', '11')), text);
      watch.end();
    };
    const next = (watch: Exchange) => {
      watch.stream();
      watch.send(added(configMap('c', '12')));
    };
    await using api = await startScriptedApi(script(listOf('10', []), [step, next]));
    const { informer, changes } = follow(api);
    await using _ = informer;
    await eventually('the event after it', () => changes.includes('added c'));
    assert.deepEqual(changes, ['added b', 'added c']);
    assert.deepEqual(versions(api).slice(0, 2), ['10', '11']);
  });
}

test('keeps trying a list that is refused, and is synced only by a complete one', async () => {
  let tries = 0;
  await using api = await startScriptedApi((exchange) => {
    if (isWatch(exchange)) return exchange.stream();
    tries += 1;
    if (tries === 1) return exchange.json(403, status(403, 'Forbidden'));
    if (tries === 2) return exchange.json(200, { hello: 'world' });
    if (tries === 3) return exchange.json(200, { kind: 'ConfigMapList', metadata: {}, items: [] });
    return exchange.json(200, listOf('10', [configMap('a', '1')]));
  });
  const { informer } = follow(api);
  await using _ = informer;
  assert.equal(informer.lastSignOfLife(), 0);
  await informer.synced;
  assert.equal(informer.list().length, 1);
  assert.ok(informer.lastSignOfLife() > 0);
});

test('gives up a version about which the server says nothing for several watches', async () => {
  const close = (watch: Exchange) => {
    watch.stream();
    watch.end();
  };
  await using api = await startScriptedApi(script(listOf('10', []), [close, close, close]));
  const { informer } = follow(api);
  await using _ = informer;
  await eventually('the second list', () => lists(api).length === 2);
  assert.equal(watches(api).length >= 3, true);
});

test('reconnects to a quiet kind without delay, however often the server ends the watch', async () => {
  const slept: number[] = [];
  const clock: Clock = { ...systemClock, sleep: (ms) => Promise.resolve(void slept.push(ms)) };
  const quiet = (watch: Exchange) => {
    watch.stream();
    watch.send(bookmark('10'));
    watch.end();
  };
  await using api = await startScriptedApi(
    script(
      listOf('10', []),
      Array.from({ length: 10 }, () => quiet),
    ),
  );
  const { informer } = follow(api, {}, clock);
  await using _ = informer;
  await eventually('the eleventh watch', () => watches(api).length === 11);
  assert.deepEqual(slept, []);
});

test('a watch that lasted leaves no back-off behind, however it ended', async () => {
  let now = 0;
  const slept: number[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
  };
  const lasts = (watch: Exchange) => {
    watch.stream();
    now += 60_000;
    setTimeout(watch.drop, 5);
  };
  const steps = Array.from({ length: 8 }, () => lasts);
  await using api = await startScriptedApi(script(listOf('10', []), steps));
  const { informer } = follow(
    api,
    { backoffBaseMs: 100, backoffCapMs: 10_000, fruitlessWatches: 100 },
    clock,
  );
  await using _ = informer;
  await eventually('the ninth watch', () => watches(api).length === 9);
  assert.ok(slept.length === 8 && slept.every((ms) => ms <= 100));
});

test('backs off from a server that ends each watch at once', async () => {
  const slept: number[] = [];
  const clock: Clock = { ...systemClock, sleep: (ms) => Promise.resolve(void slept.push(ms)) };
  const close = (watch: Exchange) => {
    watch.stream();
    watch.end();
  };
  await using api = await startScriptedApi(
    script(
      listOf('10', []),
      Array.from({ length: 6 }, () => close),
    ),
  );
  const { informer } = follow(
    api,
    { shortestWatchMs: 60_000, backoffBaseMs: 100, backoffCapMs: 1000 },
    clock,
  );
  await using _ = informer;
  await eventually('the seventh watch', () => watches(api).length === 7);
  assert.ok((slept.at(-1) ?? 0) > (slept[0] ?? 0));
  assert.ok(slept.every((ms) => ms <= 1000));
});

test('a handler that throws disturbs neither the others nor the watch', async () => {
  const step = (watch: Exchange) => {
    watch.stream();
    watch.send(added(configMap('b', '11')), added(configMap('c', '12')));
  };
  await using api = await startScriptedApi(script(listOf('10', [configMap('a', '1')]), [step]));
  const { informer, changes } = follow(api);
  await using _ = informer;
  informer.subscribe(() => {
    throw new Error('a defect');
  });
  await eventually('the last add', () => changes.includes('added c'));
  assert.equal(watches(api).length, 1);
});

test('a late subscriber gets what is known, and nothing after it left', async () => {
  await using api = await startScriptedApi(script(listOf('10', [configMap('a', '1')]), []));
  const { informer } = follow(api);
  await using _ = informer;
  await informer.synced;
  const seen: string[] = [];
  informer.subscribe(({ object }) => seen.push(object.metadata.name ?? ''))();
  assert.deepEqual(seen, ['a']);
});

test('stops before it is synced and while a watch is open', async () => {
  await using api = await startScriptedApi(() => undefined);
  const { informer } = follow(api);
  await eventually('the request', () => api.exchanges.length === 1);
  await informer[Symbol.asyncDispose]();
  await assert.rejects(informer.synced);

  await using other = await startScriptedApi(script(listOf('10', []), []));
  const second = follow(other).informer;
  await eventually('the watch', () => watches(other).length === 1);
  await second[Symbol.asyncDispose]();
  assert.equal(other.exchanges.length, 2);
});
