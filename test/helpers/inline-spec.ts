import type { KontainerSpec } from '../../src/kontainer/spec.ts';

const mebibyte = 1024 * 1024;

/** A valid spec for functions of the inline driver. */
export function inlineSpec(changes: Partial<KontainerSpec> = {}): KontainerSpec {
  return {
    version: 1,
    namespace: 'default',
    name: 'fn',
    uid: '00000000-0000-4000-8000-000000000000',
    generation: 1,
    digest: `sha256:${'0'.repeat(64)}`,
    layers: [],
    args: [],
    env: {},
    workingDir: '/',
    user: { uid: 0, gid: 0, groups: [] },
    protocol: 'http-stream',
    port: 8080,
    isolation: 'container',
    start: 'cold',
    timeoutMs: 30_000,
    limits: {
      memoryBytes: 64 * mebibyte,
      cpuMillis: 0,
      pids: 64,
      fileSizeBytes: 64 * mebibyte,
      tmpBytes: 16 * mebibyte,
      logBytes: mebibyte,
    },
    concurrency: 0,
    prewarm: 0,
    idleTimeoutMs: 60_000,
    ...changes,
  };
}
