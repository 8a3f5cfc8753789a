import { builtin } from './builtin.ts';

/**
 * Takes `gc` away from user code and returns what collects all garbage and leaves nothing to do.
 *
 * V8 lets whoever allocates next sweep the pages that a collection has marked: each child would do it again, and copy
 * those pages by writing to them. A minor collection completes it, but only where threads should have done so, of which
 * there are none (README.md): for that moment V8 is told that they sweep.
 */
export function takeGarbageCollector(): () => void {
  const { gc } = globalThis;
  Reflect.deleteProperty(globalThis, 'gc');
  const { setFlagsFromString } = builtin('node:v8');
  return () => {
    gc?.({ type: 'major', execution: 'sync' });
    setFlagsFromString('--concurrent-sweeping');
    gc?.({ type: 'minor', execution: 'sync' });
    setFlagsFromString('--no-concurrent-sweeping');
  };
}
