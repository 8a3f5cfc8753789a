import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { Admission, type Admitted, type AdmissionLimits, type Demand } from './admission.ts';

const limits: AdmissionLimits = { memoryBytes: 100, cpuMillis: 1000, queuePerFunction: 3, queueTotal: 5 };
const never = new AbortController().signal;

function demand(key: string, change: Partial<Demand> = {}): Demand {
  return { key, memoryBytes: 10, cpuMillis: 10, concurrency: 0, ...change };
}

/** Enters at once or waits; `order` gets the key when it is in. */
async function enter(
  admission: Admission,
  wanted: Demand,
  order: string[] = [],
  signal = never,
): Promise<Admitted> {
  const admitted = admission.tryEnter(wanted) ?? (await admission.enter(wanted, signal));
  order.push(wanted.key);
  return admitted;
}

suite('Admission', () => {
  test('lets in what fits, by memory, CPU and concurrency', () => {
    const admission = new Admission(limits);
    assert.ok(admission.tryEnter(demand('a', { memoryBytes: 95 })));
    assert.equal(admission.tryEnter(demand('b')), undefined);
    const other = new Admission(limits);
    assert.ok(other.tryEnter(demand('a', { cpuMillis: 995 })));
    assert.equal(other.tryEnter(demand('b')), undefined);
    const third = new Admission(limits);
    assert.ok(third.tryEnter(demand('a', { concurrency: 1 })));
    assert.equal(third.tryEnter(demand('a', { concurrency: 1 })), undefined);
    assert.ok(third.tryEnter(demand('b', { concurrency: 1 })));
  });

  test('says how much memory is missing, and only where that is what calls wait for', async () => {
    const admission = new Admission(limits);
    const cpu = admission.tryEnter(demand('a', { cpuMillis: 1000 }));
    const second = enter(admission, demand('b', { memoryBytes: 60 }));
    assert.equal(admission.missingBytes, 0);
    cpu?.release();
    const running = await second;
    const leaves = new AbortController();
    const waiting = [demand('c', { memoryBytes: 70 }), demand('d', { memoryBytes: 20 })].map((wanted) =>
      enter(admission, wanted, [], leaves.signal).catch(() => undefined),
    );
    assert.equal(admission.missingBytes, 50);
    leaves.abort();
    await Promise.all(waiting);
    assert.equal(admission.missingBytes, 0);
    running.release();
  });

  test('functions take turns, each in the order of arrival', async () => {
    const admission = new Admission(limits);
    const order: string[] = [];
    const first = admission.tryEnter(demand('x', { memoryBytes: 100 }));
    const waiting = ['a', 'a', 'a', 'b'].map((key) =>
      enter(admission, demand(key, { memoryBytes: 100 }), order).then((admitted) => admitted.release()),
    );
    first?.release();
    await Promise.all(waiting);
    assert.deepEqual(order, ['a', 'b', 'a', 'a']);
  });

  test('a large call is not starved by small ones', async () => {
    const admission = new Admission(limits);
    const small = admission.tryEnter(demand('small', { memoryBytes: 60 }));
    const order: string[] = [];
    const large = enter(admission, demand('large', { memoryBytes: 80 }), order);
    assert.equal(admission.tryEnter(demand('other')), undefined);
    const other = enter(admission, demand('other'), order);
    small?.release();
    await Promise.all([large, other]);
    assert.deepEqual(order, ['large', 'other']);
  });

  test('a function at its own limit holds back nobody else', () => {
    const admission = new Admission(limits);
    admission.tryEnter(demand('a', { concurrency: 1 }));
    void admission.enter(demand('a', { concurrency: 1 }), never);
    assert.ok(admission.tryEnter(demand('b')));
  });

  test('one function never takes all, however long its calls are held: others find room at once', async () => {
    for (const change of [
      { memoryBytes: 1, cpuMillis: 0 },
      { memoryBytes: 0, cpuMillis: 10 },
    ]) {
      const admission = new Admission(limits);
      const held: Admitted[] = [];
      for (
        let one = admission.tryEnter(demand('slow', change));
        one;
        one = admission.tryEnter(demand('slow', change))
      )
        held.push(one);
      assert.equal(held.length, 75);
      const more = admission.enter(demand('slow', change), never);
      const others = ['b', 'c', 'd'].map((key) => admission.tryEnter(demand(key, change)));
      assert.ok(others.every((admitted) => admitted !== undefined));
      for (const admitted of others) admitted?.release();
      held.pop()?.release();
      held.push(await more);
    }
  });

  test('some that take all they may still leave room for one more', () => {
    const admission = new Admission(limits);
    const change = { memoryBytes: 1, cpuMillis: 0 };
    for (const key of ['a', 'b', 'c']) while (admission.tryEnter(demand(key, change)));
    assert.ok(admission.tryEnter(demand('last', change)));
  });

  test('memory that a function may not have yet is missing, where templates could give it back', () => {
    const admission = new Admission(limits);
    while (admission.tryEnter(demand('a')));
    void admission.enter(demand('a'), never);
    assert.equal(admission.missingBytes, 10);
    admission.setMemoryBytes(120);
    assert.equal(admission.missingBytes, 0);
  });

  test('full queues refuse with Retry-After, impossible demands at once', () => {
    const admission = new Admission(limits);
    admission.tryEnter(demand('x', { memoryBytes: 100 }));
    for (const key of ['a', 'a', 'a']) void admission.enter(demand(key), never);
    assert.throws(() => admission.enter(demand('a'), never), {
      code: 'too_many_requests',
      data: { retryAfterSeconds: 1 },
    });
    for (const key of ['b', 'c']) void admission.enter(demand(key), never);
    assert.throws(() => admission.enter(demand('d'), never), { code: 'too_many_requests' });
    assert.throws(() => admission.enter(demand('e', { memoryBytes: 101 }), never), { code: 'not_ready' });
  });

  test('who gives up leaves the queue, and those behind move on', async () => {
    const admission = new Admission(limits);
    admission.tryEnter(demand('x', { memoryBytes: 50 }));
    const abort = new AbortController();
    const large = admission.enter(demand('large', { memoryBytes: 80 }), abort.signal);
    const small = admission.enter(demand('small'), never);
    abort.abort(new Error('gone'));
    await assert.rejects(large, /gone/);
    await small;
    assert.equal(admission.usage.waiting, 0);
  });

  test('more budget lets the waiting in', async () => {
    const admission = new Admission({ ...limits, memoryBytes: 20 });
    admission.tryEnter(demand('a', { memoryBytes: 20 }));
    const waiting = admission.enter(demand('b'), never);
    admission.setMemoryBytes(40);
    await waiting;
  });

  test('whatever comes and goes: never over the budget, nothing lost, empty in the end', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      memoryBytes: fc.integer({ min: 1, max: 100 }),
      concurrency: fc.integer({ min: 0, max: 2 }),
      release: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const admission = new Admission({ ...limits, queuePerFunction: 100, queueTotal: 100 });
        const inside: Admitted[] = [];
        const entering: Promise<void>[] = [];
        for (const { key, memoryBytes, concurrency, release } of steps) {
          entering.push(
            enter(admission, demand(key, { memoryBytes, concurrency })).then((one) => void inside.push(one)),
          );
          await Promise.resolve();
          assert.ok(admission.usage.memoryBytes <= 100);
          if (release) inside.shift()?.release();
        }
        await new Promise(setImmediate);
        while (inside.length > 0 || admission.usage.waiting > 0) {
          inside.shift()?.release();
          await new Promise(setImmediate);
        }
        await Promise.all(entering);
        assert.deepEqual([admission.usage.memoryBytes, admission.usage.cpuMillis], [0, 0]);
      }),
      { numRuns: 50 },
    );
  });
});
