import { setTimeout as sleep } from 'node:timers/promises';
import { builtin } from './builtin.ts';

const { readdirSync, readFileSync } = builtin('node:fs');

/** Of Node itself; they do nothing that a child would miss, or it starts its own. */
const ownThreads = new Set(['MainThread', 'node', 'V8Worker', 'DelayedTaskSche', 'libuv-worker']);
/** Copied by a fork without harm. */
const harmless = new Set(['Timeout', 'Immediate', 'TTYWrap']);
const patienceMs = 2000;

/** What user code has left open that a fork would break, after some time for it to finish; empty if nothing. */
export async function findUnforkable(): Promise<string[]> {
  for (const end = performance.now() + patienceMs; ; await sleep(5)) {
    const open = process.getActiveResourcesInfo().filter((name) => !harmless.has(name));
    const found = [...open, ...userThreads().map((name) => `thread ${name}`)];
    if (found.length === 0 || performance.now() > end) return found;
  }
}

function userThreads(): string[] {
  return readdirSync('/proc/self/task')
    .map((id) => readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim())
    .filter((name) => !ownThreads.has(name));
}
