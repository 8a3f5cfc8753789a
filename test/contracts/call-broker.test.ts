import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RemoteBroker } from '../../src/faas-server/workers/remote-broker.ts';
import type { Channel, PrimaryMessage, WorkerMessage } from '../../src/faas-server/workers/messages.ts';
import { WorkerCalls } from '../../src/faas-server/workers/worker-calls.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { FrontHarness } from '../helpers/front-harness.ts';
import { describeCallBroker } from './call-broker.ts';

/** Two ends in one process; messages are JSON on the way and arrive later, in order, as between two. */
function channelPair() {
  const toPrimary: ((message: WorkerMessage) => void)[] = [];
  const toWorker: ((message: PrimaryMessage) => void)[] = [];
  const closed: (() => void)[] = [];
  const deliver = <T>(message: T, listeners: ((message: T) => void)[]): void => {
    const text = JSON.stringify(message);
    setImmediate(() => listeners.forEach((listener) => listener(JSON.parse(text) as T)));
  };
  const primary: Channel<WorkerMessage, PrimaryMessage> = {
    send: (message) => deliver(message, toWorker),
    onMessage: (listener) => void toPrimary.push(listener),
    onClose: (listener) => void closed.push(listener),
  };
  const worker: Channel<PrimaryMessage, WorkerMessage> = {
    send: (message) => deliver(message, toPrimary),
    onMessage: (listener) => void toWorker.push(listener),
    onClose: () => undefined,
  };
  return { primary, worker, closeWorker: () => closed.forEach((listener) => listener()) };
}

function remote(harness: FrontHarness) {
  const { primary, worker, closeWorker } = channelPair();
  const broker = new RemoteBroker(worker, systemClock);
  new WorkerCalls({ channel: primary, broker: harness.broker, clock: systemClock }).attach();
  return { broker, closeWorker };
}

describeCallBroker('in this process', (harness) => harness.broker);
describeCallBroker('in the primary process', (harness) => remote(harness).broker);

test('when a worker dies its Kontainers die, its waiting calls leave, and each is recorded', async () => {
  await using harness = await FrontHarness.start({
    functions: { silent: () => undefined },
    spec: { concurrency: 1 },
  });
  const { broker, closeWorker } = remote(harness);
  const candidates = [{ namespace: 'default', name: 'silent', target: '/', prefix: '' }];
  const request = { requestId: 'r', candidates, arrivedAt: performance.now(), callEnv: () => ({}) };
  const signal = new AbortController().signal;
  const lease = await broker.acquire(request, signal);
  void broker.acquire(request, signal).catch(() => undefined);
  while (harness.admission.usage.waiting === 0) await systemClock.sleep(2);
  closeWorker();
  assert.equal((await lease.exited).killed, 'caller_gone');
  const { record } = await harness.over();
  assert.equal(record.outcome, 'internal');
  assert.deepEqual([harness.admission.usage.waiting, harness.admission.usage.memoryBytes], [0, 0]);
});
