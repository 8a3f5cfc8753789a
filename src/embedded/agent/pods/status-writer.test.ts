import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../../lib/log.ts';
import type { PodStatus } from '../kinds.ts';
import { StatusWriter } from './status-writer.ts';

function world() {
  const written: string[] = [];
  let status: PodStatus = { phase: 'Pending' };
  const sleeps: (() => void)[] = [];
  const writer = new StatusWriter({
    client: {
      mergePatch: (_resource, _ref, patch) => {
        written.push((patch as { status: PodStatus }).status.phase ?? '');
        return Promise.resolve({} as never);
      },
    },
    pod: { metadata: { namespace: 'a', name: 'p', uid: 'u' }, spec: { containers: [] } },
    status: () => status,
    clock: {
      sleep: (_, signal) =>
        new Promise((resolve, reject) => {
          sleeps.push(resolve);
          signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        }),
    },
    log: createLogger({ name: 'test', level: 'silent' }),
    signal: new AbortController().signal,
  });
  const becomes = (phase: PodStatus['phase']): void => {
    status = { phase };
    writer.changed();
  };
  return { writer, written, becomes, wake: () => sleeps.shift()?.() };
}

test('changes that follow each other are one write, the last one', async () => {
  const it = world();
  it.becomes('Pending');
  it.becomes('Running');
  it.wake();
  await it.writer.flush();
  assert.deepEqual(it.written, ['Running']);
});

test('the end does not wait for more', async () => {
  const it = world();
  it.becomes('Running');
  it.becomes('Succeeded');
  await it.writer.flush();
  assert.deepEqual(it.written, ['Succeeded']);
});
