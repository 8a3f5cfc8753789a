import type { StoredFunction } from '../api/function.ts';
import { findCondition } from '../kube/conditions.ts';
import type { Condition } from '../kube/objects.ts';
import type { Report } from './function-status.ts';

const quietMs = 1000;
const steps: readonly string[] = ['Building', 'Pushing'];

/**
 * The steps of a build follow each other in tenths of a second, and each that is told costs a write, its echo to all who watch and
 * another pass: one step after another is told once a second. How many are before one that waits is told once: it changes with each
 * build. Every other stage is told at once.
 */
export class BuildProgress {
  readonly #toldMs = new Map<string, number>();

  /** Milliseconds until this may be told; 0 if that is now, Infinity if it was told before. */
  delay(key: string, { metadata, status }: StoredFunction, { reason }: Report, nowMs: number): number {
    const before = findCondition(status?.conditions as readonly Condition[] | undefined, 'Ready');
    if (before === undefined || before.observedGeneration !== metadata.generation) return 0;
    if (reason === 'Queued' && before.reason === 'Queued') return Infinity;
    const isStep = steps.includes(reason) && steps.includes(before.reason ?? '');
    return isStep ? Math.max(0, (this.#toldMs.get(key) ?? 0) + quietMs - nowMs) : 0;
  }

  told(key: string, nowMs: number): void {
    this.#toldMs.set(key, nowMs);
  }

  forget(key: string): void {
    this.#toldMs.delete(key);
  }
}
