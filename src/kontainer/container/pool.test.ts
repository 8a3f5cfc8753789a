import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import type { Clock } from '../../lib/clock.ts';
import type { LaunchedKontainer } from './launched-kontainer.ts';
import { Pool } from './pool.ts';

/** What a pool sees of a Kontainer, moved by hand. */
class FakeKontainer {
  readonly #ready = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<void>();
  readonly ready = this.#ready.promise;
  readonly exited = this.#exited.promise;
  start = 'fork';
  state: 'starting' | 'ready' | 'failed' | 'ended' = 'starting';
  takenBy: Call | null = null;

  constructor() {
    this.ready.catch(() => undefined);
  }

  becomeReady(): void {
    if (this.state !== 'starting') return;
    this.state = 'ready';
    this.#ready.resolve();
  }

  kill(): void {
    if (this.state === 'starting') this.#ready.reject(new Error('it did not start'));
    this.state = this.state === 'starting' ? 'failed' : 'ended';
    this.#exited.resolve();
  }

  asKontainer(): LaunchedKontainer {
    return this as unknown as LaunchedKontainer;
  }
}

interface Call {
  abort: AbortController;
  outcome: 'waiting' | 'served' | 'failed' | 'aborted';
}

/** A pool over fakes; every promise it makes is checked as it is kept. */
class World {
  readonly all: FakeKontainer[] = [];
  readonly calls: Call[] = [];
  now = 0;
  refuses = false;
  readonly pool: Pool;

  constructor(prewarm: number, maxWaiting: number) {
    const clock: Clock = {
      now: () => this.now,
      monotonic: () => this.now,
      sleep: () => Promise.reject(new Error('not used')),
    };
    this.pool = new Pool({ begin: () => this.#begin(), prewarm, maxWaiting, maxStarting: 3, clock });
  }

  take(): void {
    const call: Call = { abort: new AbortController(), outcome: 'waiting' };
    this.calls.push(call);
    void this.#await(call);
  }

  #begin(): LaunchedKontainer {
    if (this.refuses) throw new Error('nothing can be started');
    const kontainer = new FakeKontainer();
    this.all.push(kontainer);
    return kontainer.asKontainer();
  }

  async #await(call: Call): Promise<void> {
    try {
      const kontainer = (await this.pool.take(call.abort.signal)) as unknown as FakeKontainer;
      assert.equal(call.outcome, 'waiting');
      assert.equal(kontainer.takenBy, null, 'no Kontainer is handed out twice');
      kontainer.takenBy = call;
      call.outcome = 'served';
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      call.outcome = call.abort.signal.aborted ? 'aborted' : 'failed';
    }
  }
}

const starting = ({ all }: World) => all.filter(({ state }) => state === 'starting');
const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length];

type Action = (world: World) => void;
const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Action>((world) => world.take()) },
  { weight: 4, arbitrary: fc.nat(50).map<Action>((i) => (world) => pick(starting(world), i)?.becomeReady()) },
  { weight: 1, arbitrary: fc.nat(50).map<Action>((i) => (world) => pick(starting(world), i)?.kill()) },
  { weight: 2, arbitrary: fc.nat(50).map<Action>((i) => (world) => pick(world.all, i)?.kill()) },
  { weight: 2, arbitrary: fc.nat(50).map<Action>((i) => (world) => pick(world.calls, i)?.abort.abort()) },
  { weight: 1, arbitrary: fc.boolean().map<Action>((refuses) => (world) => void (world.refuses = refuses)) },
  { weight: 1, arbitrary: fc.nat(1000).map<Action>((ms) => (world) => void (world.now += ms)) },
);

/** Lets every start come to its end, until no call waits; a call that then still waits is stuck. */
async function drain(world: World): Promise<void> {
  for (let round = 0; round < 200 && world.calls.some(({ outcome }) => outcome === 'waiting'); round++) {
    for (const kontainer of starting(world)) kontainer.becomeReady();
    await turn();
  }
}

test('every call gets a Kontainer of its own or an error, and none is stuck, whatever happens in between', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(actions, { maxLength: 60 }),
      fc.nat(3),
      fc.integer({ min: 3, max: 8 }),
      async (list, prewarm, maxWaiting) => {
        const world = new World(prewarm, maxWaiting);
        for (const action of list) {
          action(world);
          await turn();
          assert.ok(world.pool.waiting <= maxWaiting + world.calls.length);
        }
        await drain(world);
        assert.deepEqual(world.calls.filter(({ outcome }) => outcome === 'waiting').length, 0, 'stuck calls');
        await closeAndCheck(world);
      },
    ),
    { numRuns: 200 },
  );
});

async function closeAndCheck(world: World): Promise<void> {
  await world.pool.close();
  await turn();
  const left = world.all.filter((k) => k.takenBy === null && (k.state === 'ready' || k.state === 'starting'));
  assert.equal(left.length, 0, 'what nobody took is killed');
  await assert.rejects(world.pool.take(new AbortController().signal), { code: 'not_ready' });
}

test('a dead Kontainer is not handed out', async () => {
  const world = new World(1, 4);
  world.take();
  world.all[0]?.becomeReady();
  await turn();
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const kontainer of starting(world)) kontainer.becomeReady();
  await turn();
  assert.ok(world.pool.waiting > 0);
  for (const kontainer of world.all) kontainer.kill();
  await turn();
  assert.equal(world.pool.waiting, 0);
  await world.pool.close();
});
