import { parseDuration } from './duration.ts';
import type { ImageSpec } from './image-spec.ts';
import { parseBytes, parseCpuMillis } from './quantity.ts';

/** What an Image asks for, with every default filled in that does not depend on the image itself. */
export interface ImageSettings {
  isolation: 'container';
  timeoutMs: number;
  idleTimeoutMs: number;
  /** 0 is as many as the node's budget allows. */
  concurrency: number;
  prewarm: number;
  memoryBytes: number;
  /** Thousandths of a core; 0 is no limit. */
  cpuMillis: number;
  pids: number;
  fileSizeBytes: number;
  /** Size of the call's private /tmp. */
  tmpBytes: number;
}

/** What the descriptions in image-spec.ts promise. 180 seconds is Kubeless' timeout. */
const defaultSpec = { timeout: 180, idleTimeout: '10m', concurrency: 0, prewarm: 1 };
const defaultResources = { memory: '256Mi', cpu: 0, pids: 128, ephemeralStorage: '64Mi' };

/** Expects a spec that validateImage took. Throws `invalid` for an amount that no computer has. */
export function imageSettings(spec: ImageSpec): ImageSettings {
  const { timeout, idleTimeout, concurrency, prewarm } = { ...defaultSpec, ...spec };
  const resources = { ...defaultResources, ...spec.resources };
  const { memory, cpu, pids, ephemeralStorage, fileSize = ephemeralStorage } = resources;
  return {
    isolation: 'container',
    timeoutMs: parseDuration(timeout),
    idleTimeoutMs: parseDuration(idleTimeout),
    concurrency,
    prewarm,
    memoryBytes: parseBytes(memory),
    cpuMillis: parseCpuMillis(cpu),
    pids,
    fileSizeBytes: parseBytes(fileSize),
    tmpBytes: parseBytes(ephemeralStorage),
  };
}
