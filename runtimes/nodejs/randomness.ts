import { syncBuiltinESMExports } from 'node:module';
import { builtin } from './builtin.ts';

const crypto = builtin('node:crypto');

const pooled = 256;
/** One more than what randomInt takes from its cache (node's lib/internal/crypto/random.js) until it fills it anew. */
const randomIntCached = 1025;

/**
 * A fork copies the state of every random generator: without this, all calls of a function would draw the same numbers.
 * To be called before user code keeps a reference to what it replaces. (OpenSSL itself: see restart in native/addon.c.)
 *
 * @returns to be called in each forked child
 */
export function replaceRandomSources(): () => void {
  const resetMath = replaceMathRandom();
  const { randomUUID, randomInt } = crypto;
  const uncached = () => randomUUID({ disableEntropyCache: true });
  let isIntUsed = false;
  crypto.randomUUID = uncached;
  crypto.randomInt = (...args: [number]) => {
    isIntUsed = true;
    return randomInt(...args);
  };
  const webCrypto = Object.getPrototypeOf(globalThis.crypto) as object;
  Object.defineProperty(webCrypto, 'randomUUID', { value: uncached, configurable: true, writable: true });
  syncBuiltinESMExports();
  return () => {
    resetMath();
    // The largest range takes exactly one entry of the cache each time.
    if (isIntUsed) for (let used = 0; used < randomIntCached; used++) randomInt(2 ** 47);
  };
}

/** 53 random bits from the kernel, drawn some hundred numbers at a time. */
function replaceMathRandom(): () => void {
  const pool = new Uint32Array(2 * pooled);
  let position = pool.length;
  Math.random = () => {
    if (position >= pool.length) {
      crypto.randomFillSync(pool);
      position = 0;
    }
    const high = (pool[position++] ?? 0) >>> 5;
    const low = (pool[position++] ?? 0) >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  };
  return () => {
    position = pool.length;
  };
}
