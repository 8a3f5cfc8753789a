import * as z from 'zod';

/**
 * Everything a node needs to start Kontainers of one function, resolved: no reference to another object is left.
 * Written by faas-downloader into the bundle, read by faas-server.
 */
export const kontainerSpecSchema = z.strictObject({
  /** Format of this document; a reader refuses one it does not know. */
  version: z.literal(1),
  namespace: z.string(),
  name: z.string(),
  /** UID and generation of the Image object it was made from. */
  uid: z.string(),
  generation: z.number().int(),
  /** Digest of the image manifest, `sha256:<hex>`. */
  digest: z.string(),
  /** Diff ids of the layers, lowest first. */
  layers: z.array(z.string()),
  /** Entrypoint and command, or the Image's own. */
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  workingDir: z.string(),
  /** Hash of the files from Secrets and ConfigMaps, which lie in a folder of the bundle; left out for none. */
  files: z.string().optional(),
  /** Numeric ids inside the Kontainer; names were looked up in the image. */
  user: z.strictObject({ uid: z.number().int(), gid: z.number().int(), groups: z.array(z.number().int()) }),
  /** How a call is spoken to the function, see docs/protocol.md. */
  protocol: z.enum(['http-stream', 'http', 'cgi', 'kontain-files']),
  /** TCP port that an image of protocol `http` listens on; in its environment as PORT. */
  port: z.number().int(),
  isolation: z.enum(['container']),
  start: z.enum(['cold', 'prewarmed', 'template']),
  /** From the arrival of the call to its last byte. */
  timeoutMs: z.number().int(),
  limits: z.strictObject({
    memoryBytes: z.number().int(),
    /** 1000 is one core; 0 is no limit. */
    cpuMillis: z.number().int(),
    pids: z.number().int(),
    /** Largest file a call may write (RLIMIT_FSIZE). */
    fileSizeBytes: z.number().int(),
    /** Size of the call's private /tmp. */
    tmpBytes: z.number().int(),
    /** Standard output and error that are kept of one call. */
    logBytes: z.number().int(),
  }),
  /** Calls at once on this node; 0 is as many as the node's budget allows. */
  concurrency: z.number().int(),
  /** Kontainers kept waiting, for `prewarmed` and `template`. */
  prewarm: z.number().int(),
  /** After so long without a call nothing of the function is left in memory. */
  idleTimeoutMs: z.number().int(),
});

export type KontainerSpec = z.infer<typeof kontainerSpecSchema>;
export type Limits = KontainerSpec['limits'];
export type Protocol = KontainerSpec['protocol'];
export type StartMode = KontainerSpec['start'];
