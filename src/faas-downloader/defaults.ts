import type { KontainerSpec } from '../kontainer/spec.ts';

const mebibyte = 1024 * 1024;

/** What an Image gets where neither its spec nor the image's labels say anything. One place for all of them. */
export const imageDefaults = {
  /** What an HTTP server image with no label can speak; what every runtime of ours sets in its label is better. */
  protocol: 'http',
  /** Works for any image; images made for more say so in a label. */
  start: 'cold',
  /** Cloud platforms' usual port, also of the PORT convention. */
  port: 8080,
  /** Kubeless' default. */
  timeoutMs: 180_000,
  /** As many as the node's budget allows. */
  concurrency: 0,
  /** One waiting Kontainer makes a lone call fast; more is a choice, because each takes memory. */
  prewarm: 1,
  /** Long enough for a person who comes back, short enough that thousands of idle functions cost nothing. */
  idleTimeoutMs: 5 * 60_000,
  limits: {
    /** The smallest size that cloud platforms offer; enough for a runtime of ours and a small handler. */
    memoryBytes: 128 * mebibyte,
    /** No limit: the node shares cores fairly, and a limit makes short calls slow. */
    cpuMillis: 0,
    /** A runtime with its thread pool and some processes; a fork bomb ends here. */
    pids: 64,
    fileSizeBytes: 64 * mebibyte,
    /** Counts against the node's memory, so no more than a request with attachments needs. */
    tmpBytes: 64 * mebibyte,
    logBytes: mebibyte,
  },
} as const satisfies Partial<KontainerSpec>;

/** What container engines set where the image has no PATH. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
