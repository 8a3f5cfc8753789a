import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CallBroker, CallRequest } from '../../src/faas-server/calls/call-broker.ts';
import type { CallRecord } from '../../src/faas-server/calls/call-record.ts';
import type { KontainerSpec } from '../../src/kontainer/spec.ts';
import { PlatformError } from '../../src/lib/errors.ts';
import { FrontHarness } from '../helpers/front-harness.ts';
import { kontainerSpec } from '../helpers/kontainer-spec.ts';
import type { InlineFunction } from '../helpers/inline-driver.ts';

const silent: InlineFunction = () => undefined;
const greet: InlineFunction = ({ socket, callEnv, exit }) => {
  socket.write(`hello ${callEnv?.['WHO'] ?? ''}`);
  exit({ code: 7, cpuMicros: 42 });
};

const record: CallRecord = {
  requestId: 'r',
  time: 0,
  method: 'GET',
  path: '/',
  status: 200,
  outcome: 'ok',
  remote: '',
  bytesIn: 0,
  bytesOut: 0,
  firstByteMs: null,
  totalMs: 1,
};

function request(name: string, change: Partial<CallRequest> = {}): CallRequest {
  const candidate = (of: string) => ({ namespace: 'default', name: of, target: '/', prefix: '' });
  return {
    requestId: 'r',
    candidates: [candidate('none'), candidate(name)],
    arrivedAt: performance.now(),
    callEnv: () => ({ WHO: 'you' }),
    ...change,
  };
}

const never = new AbortController().signal;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** What every CallBroker does, wherever the Kontainers are. */
export function describeCallBroker(name: string, connect: (harness: FrontHarness) => CallBroker): void {
  const start = async (spec: Partial<KontainerSpec> = {}) => {
    const harness = await FrontHarness.start({
      functions: { greet, silent },
      spec,
      admission: { queuePerFunction: 1 },
    });
    return { harness, broker: connect(harness), [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose]() };
  };

  suite(`CallBroker: ${name}`, () => {
    test('a function whose notice has not come is found by who looks for it', async () => {
      await using at = await start();
      at.harness.source.silent = true;
      at.harness.source.set(kontainerSpec({ name: 'late', args: ['greet'] }));
      const { candidates } = request('late');
      await assert.rejects(at.broker.acquire(request('late'), never), { code: 'not_found' });
      assert.equal(await at.broker.look(candidates.slice(0, 1)), false);
      assert.equal(await at.broker.look(candidates), true);
      const lease = await at.broker.acquire(request('late'), never);
      lease.finish(record);
    });

    test('a lease has a stream, an exit, and ends with a record', async () => {
      await using at = await start();
      const lease = await at.broker.acquire(request('greet'), never);
      assert.deepEqual(
        [lease.candidate.name, lease.protocol, lease.timeoutMs],
        ['greet', 'http-stream', 30_000],
      );
      let text = '';
      for await (const chunk of lease.connect()) text += String(chunk);
      assert.match(text, /^hello/);
      const exit = await lease.exited;
      assert.deepEqual([exit.code, exit.cpuMicros, exit.killed], [7, 42, null]);
      lease.finish(record);
      lease.finish(record);
      const call = await at.harness.over();
      assert.deepEqual([call.name, call.record, call.kontainer?.exit.code], ['greet', record, 7]);
      await until(() => at.harness.admission.usage.memoryBytes === 0);
      assert.equal(at.harness.finished.length, 1);
    });

    test('finish kills what still runs, kill says why', async () => {
      await using at = await start();
      const [one, two] = [
        await at.broker.acquire(request('silent'), never),
        await at.broker.acquire(request('silent'), never),
      ];
      one.finish(record);
      assert.equal((await one.exited).killed, 'done');
      two.kill('timeout');
      two.kill('done');
      assert.equal((await two.exited).killed, 'timeout');
      two.finish(record);
      await at.harness.over(2);
    });

    test('what does not exist, waits too long or finds no place is refused with its code', async () => {
      await using at = await start({ concurrency: 1, timeoutMs: 2000 });
      await assert.rejects(at.broker.acquire(request('none'), never), { code: 'not_found' });
      const lease = await at.broker.acquire(request('silent'), never);
      const late = at.broker.acquire(request('silent'), never);
      await until(() => at.harness.admission.usage.waiting === 1);
      await assert.rejects(async () => at.broker.acquire(request('silent'), never), {
        code: 'too_many_requests',
        data: { retryAfterSeconds: 1 },
      });
      await assert.rejects(late, { code: 'timeout' });
      const old = request('greet', { arrivedAt: performance.now() - 3000 });
      await assert.rejects(at.broker.acquire(old, never), { code: 'timeout' });
      lease.finish(record);
      at.broker.refused({ ...record, outcome: 'timeout' }, request('silent').candidates);
      await at.harness.over(2);
      assert.deepEqual(
        at.harness.finished.map(({ name: of }) => of),
        ['silent', 'silent'],
      );
    });

    test('a caller who gives up leaves nothing', async () => {
      await using at = await start({ concurrency: 1 });
      const lease = await at.broker.acquire(request('silent'), never);
      const abort = new AbortController();
      const waiting = at.broker.acquire(request('silent'), abort.signal);
      await until(() => at.harness.admission.usage.waiting === 1);
      const reason = new PlatformError('caller_gone', 'gone');
      abort.abort(reason);
      await assert.rejects(waiting, { code: 'caller_gone' });
      await until(() => at.harness.admission.usage.waiting === 0);
      lease.finish(record);
      await until(() => at.harness.admission.usage.memoryBytes === 0 && at.harness.driver.alive.size === 0);
    });

    test('a caller who gives up at any moment leaves nothing', async () => {
      await using at = await start();
      for (let count = 0; count < 30; count += 1) {
        const abort = new AbortController();
        const acquired = at.broker.acquire(request('silent'), abort.signal);
        setTimeout(() => abort.abort(new PlatformError('caller_gone', 'gone')), count / 10);
        await acquired.then(
          (lease) => lease.finish(record),
          () => undefined,
        );
      }
      await until(() => at.harness.admission.usage.memoryBytes === 0 && at.harness.driver.alive.size === 0);
    });
  });
}
