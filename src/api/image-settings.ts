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

/** The defaults that the descriptions in image-spec.ts promise. 180 seconds is Kubeless' timeout. */
const defaults = {
  timeout: 180,
  idleTimeout: '10m',
  memory: '256Mi',
  cpu: 0,
  pids: 128,
  tmp: '64Mi',
  prewarm: 1,
};

/** Expects a spec that validateImage took. Throws `invalid` for an amount that no computer has. */
export function imageSettings(spec: ImageSpec): ImageSettings {
  const { memory, cpu, pids, ephemeralStorage, fileSize } = spec.resources ?? {};
  const tmp = ephemeralStorage ?? defaults.tmp;
  return {
    isolation: 'container',
    timeoutMs: parseDuration(spec.timeout ?? defaults.timeout),
    idleTimeoutMs: parseDuration(spec.idleTimeout ?? defaults.idleTimeout),
    concurrency: spec.concurrency ?? 0,
    prewarm: spec.prewarm ?? defaults.prewarm,
    memoryBytes: parseBytes(memory ?? defaults.memory),
    cpuMillis: parseCpuMillis(cpu ?? defaults.cpu),
    pids: pids ?? defaults.pids,
    fileSizeBytes: parseBytes(fileSize ?? tmp),
    tmpBytes: parseBytes(tmp),
  };
}
