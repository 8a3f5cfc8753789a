import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventually } from '../../test/helpers/eventually.ts';
import { configMap, listOf, status } from '../../test/helpers/kube-objects.ts';
import { startScriptedApi, type Exchange } from '../../test/helpers/scripted-api.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/log.ts';
import { configMaps, type ConfigMap } from './builtin-resources.ts';
import { Informer } from './informer.ts';

type Fault = 'drop' | 'end' | 'garbage' | 'half' | 'expire' | 'error' | 'refuse';

interface Entry {
  version: number;
  event: { type: string; object: ConfigMap };
}

/** A server with a history: writes go on all the time, and each watch ends in its own way after some events. */
class FaultyServer {
  readonly objects = new Map<string, ConfigMap>();
  #history: Entry[] = [];
  #version = 10;
  #expiredBelow = 0;
  readonly #faults: { fault: Fault; after: number }[];
  readonly #open = new Map<Exchange, { left: number; fault: Fault | undefined }>();

  constructor(faults: readonly { fault: Fault; after: number }[]) {
    this.#faults = [...faults];
  }

  write(name: string, isDelete: boolean): void {
    if (isDelete && !this.objects.has(name)) return;
    this.#version += 1;
    const object = configMap(name, String(this.#version));
    const type = isDelete ? 'DELETED' : this.objects.has(name) ? 'MODIFIED' : 'ADDED';
    if (isDelete) this.objects.delete(name);
    else this.objects.set(name, object);
    const entry = { version: this.#version, event: { type, object } };
    this.#history.push(entry);
    for (const exchange of this.#open.keys()) this.#deliver(exchange, entry);
  }

  answer(exchange: Exchange): void {
    if (exchange.query.get('watch') !== 'true')
      return exchange.json(200, listOf(String(this.#version), [...this.objects.values()]));
    const from = Number(exchange.query.get('resourceVersion'));
    const { fault, after } = this.#faults.shift() ?? { fault: undefined, after: Infinity };
    if (fault === 'refuse') return exchange.json(500, status(500, 'InternalError'));
    if (from < this.#expiredBelow) return exchange.json(410, status(410, 'Expired'));
    exchange.stream();
    this.#open.set(exchange, { left: after, fault });
    for (const entry of this.#history.filter(({ version }) => version > from)) this.#deliver(exchange, entry);
    if (after === 0 && this.#open.has(exchange)) this.#break(exchange, fault);
  }

  /** Ends every watch that a fault was meant for, so that the rest of the test is calm. */
  calm(): void {
    this.#faults.length = 0;
    for (const [exchange, { fault }] of this.#open) if (fault !== undefined) this.#break(exchange, 'drop');
  }

  #deliver(exchange: Exchange, { event }: Entry): void {
    const watch = this.#open.get(exchange);
    if (watch === undefined) return;
    exchange.send(event);
    watch.left -= 1;
    if (watch.left <= 0) this.#break(exchange, watch.fault);
  }

  #break(exchange: Exchange, fault: Fault | undefined): void {
    this.#open.delete(exchange);
    if (fault === 'drop') return exchange.drop();
    if (fault === 'garbage') exchange.send('}{\n');
    if (fault === 'half') exchange.send('{"type":"ADD');
    if (fault === 'error') exchange.send({ type: 'ERROR', object: status(500, 'InternalError') });
    if (fault === 'expire') {
      this.#expiredBelow = this.#version + 1;
      this.#history = [];
      exchange.send({ type: 'ERROR', object: status(410, 'Expired') });
    }
    exchange.end();
  }
}

const faults = fc.array(
  fc.record({
    fault: fc.constantFrom<Fault>('drop', 'end', 'garbage', 'half', 'expire', 'error', 'refuse'),
    after: fc.nat(4),
  }),
  { maxLength: 8 },
);
const writes = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), isDelete: fc.boolean() }), {
  minLength: 1,
  maxLength: 25,
});

/** What a subscriber that only adds up changes believes to exist, and changes that made no sense to it. */
function addUp(informer: Informer<ConfigMap>) {
  const believed = new Map<string, string>();
  const nonsense: string[] = [];
  informer.subscribe(({ type, object }) => {
    const { name = '', resourceVersion = '' } = object.metadata;
    if (believed.has(name) === (type === 'added')) nonsense.push(`${type} ${name}`);
    if (type === 'deleted') believed.delete(name);
    else believed.set(name, resourceVersion);
  });
  return { believed, nonsense };
}

test('whatever a server does to its watches, the copy and its subscribers end up right', async () => {
  const property = fc.asyncProperty(faults, writes, async (script, steps) => {
    const server = new FaultyServer(script);
    await using api = await startScriptedApi((exchange) => server.answer(exchange));
    const timings = { backoffBaseMs: 1, backoffCapMs: 5, shortestWatchMs: 0 };
    const common = {
      resource: configMaps,
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      timings,
    };
    await using informer = new Informer<ConfigMap>({ client: api.client, ...common });
    const { believed, nonsense } = addUp(informer);
    informer.start();
    await informer.synced;
    for (const { name, isDelete } of steps) {
      server.write(name, isDelete);
      await systemClock.sleep(1);
    }
    server.calm();
    server.write('last', false);
    const isRight = () =>
      believed.size === server.objects.size &&
      [...server.objects].every(([name, { metadata }]) => believed.get(name) === metadata.resourceVersion);
    await eventually('the copy is right', isRight, 10_000);
    assert.deepEqual(nonsense, []);
    assert.equal(informer.list().length, server.objects.size);
  });
  await fc.assert(property, { numRuns: 40 });
});
