import type { KontainerSpec } from '../../../src/kontainer/spec.ts';
import type { UnpackedImage } from './images.ts';

const mebibyte = 1024 * 1024;

const limits: KontainerSpec['limits'] = {
  memoryBytes: 256 * mebibyte,
  cpuMillis: 0,
  pids: 64,
  fileSizeBytes: 64 * mebibyte,
  tmpBytes: 16 * mebibyte,
  logBytes: mebibyte,
};

/** What faas-downloader would make of an Image object with this image and nothing else; `changes` are its other fields. */
export function functionSpec(image: UnpackedImage, changes: Partial<KontainerSpec>): KontainerSpec {
  const { Entrypoint, Cmd, Env, WorkingDir, Labels } = image.config.config ?? {};
  const env = (Env ?? []).map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return {
    version: 1,
    namespace: 'bench',
    name: 'function',
    uid: '00000000-0000-4000-8000-000000000000',
    generation: 1,
    digest: image.digest,
    layers: image.layers,
    args: [...(Entrypoint ?? []), ...(Cmd ?? [])],
    env: Object.fromEntries(env),
    workingDir: WorkingDir || '/',
    user: { uid: 1000, gid: 1000, groups: [] },
    protocol: protocolOf(Labels?.['io.kontain.protocol']),
    port: 8080,
    isolation: 'container',
    start: 'cold',
    timeoutMs: 60_000,
    limits,
    concurrency: 0,
    prewarm: 1,
    idleTimeoutMs: 3_600_000,
    ...changes,
  };
}

function protocolOf(label: string | undefined): KontainerSpec['protocol'] {
  return label === 'http-stream' || label === 'cgi' ? label : 'http';
}
