import type { KontainerSpec, Limits } from '../../src/kontainer/spec.ts';

/** Name of the layer that `writeProgramLayer` makes, below the layers folder. */
export const programLayer = 'sha256:70726f6772616d73';

export const mebibyte = 1024 * 1024;

export const testLimits: Limits = {
  memoryBytes: 64 * mebibyte,
  cpuMillis: 0,
  pids: 32,
  fileSizeBytes: 8 * mebibyte,
  tmpBytes: 16 * mebibyte,
  logBytes: 256 * 1024,
};

export type SpecChange = Partial<Omit<KontainerSpec, 'limits'>> & { limits?: Partial<Limits> };

/** The probe as CGI program, in the class `start`, with what a test wants otherwise. */
export function probeSpec(start: KontainerSpec['start'], change: SpecChange = {}): KontainerSpec {
  return {
    version: 1,
    namespace: 'default',
    name: 'probe',
    uid: 'test',
    generation: 1,
    digest: `sha256:${'0'.repeat(64)}`,
    layers: [programLayer],
    args: ['/bin/probe', 'cgi'],
    env: { PATH: '/bin', GREETING: 'hello' },
    workingDir: '/',
    user: { uid: 1000, gid: 1000, groups: [2000] },
    protocol: 'cgi',
    port: 8080,
    isolation: 'container',
    start,
    timeoutMs: 10_000,
    concurrency: 0,
    prewarm: 1,
    idleTimeoutMs: 60_000,
    ...change,
    limits: { ...testLimits, ...change.limits },
  };
}
