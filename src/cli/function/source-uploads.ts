import { createHash } from 'node:crypto';
import type { KubeClient } from '../../kube/client-types.ts';
import { KubeError, orUndefined } from '../../kube/kube-error.ts';
import { pods } from '../../kube/workload-resources.ts';
import { PlatformError } from '../../lib/errors.ts';
import { isRunning } from '../data-plane/data-plane-pods.ts';
import { say, type Io } from '../io.ts';
import { functions, specOf } from '../resources.ts';
import { serverConfigRef } from '../server-config.ts';
import type { Session } from '../session.ts';

const labelSelector = 'kontain=controllers';
const portName = 'sources';
const urlHint = 'Or put the source behind a URL and give that: --from-file https://….';
const chunkBytes = 64 * 1024;

export interface SourceUploadsOptions {
  session: Pick<Session, 'client' | 'namespace'>;
  io: Pick<Io, 'env' | 'stderr' | 'signal'>;
  /** Only say what would be sent. */
  dryRun: boolean;
}

/**
 * Sources that are too large for a Function go to the functions' registry, through the Kubernetes API's pods/proxy and
 * function-controller: no credentials of a registry are needed. One at a time.
 */
export class SourceUploads {
  readonly #options: SourceUploadsOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SourceUploadsOptions) {
    this.#options = options;
  }

  /** Sends it unless it is there. Resolves with its reference: `docker://…@sha256:…`. */
  ensure(content: Buffer, source: { name: string; functionName: string }): Promise<string> {
    const work = this.#last.then(() => this.#ensure(content, source));
    this.#last = work.catch(() => undefined);
    return work;
  }

  async #ensure(
    content: Buffer,
    { name, functionName }: { name: string; functionName: string },
  ): Promise<string> {
    const { session, io, dryRun } = this.#options;
    const { signal } = io;
    const [client, namespace] = [await session.client(), await session.namespace()];
    const sha256 = createHash('sha256').update(content).digest('hex');
    const held = await heldDigest(client, { namespace, name: functionName }, sha256);
    const place = `sources/${namespace}/${sha256}${held === undefined ? '' : `?held=${held}`}`;
    const paths = (await proxyPaths(client, io)).map((proxy) => `${proxy}/${place}`);
    const { path, answer } = await firstThatAnswers(paths, async (each) =>
      explained(async () => client.getPath(each, { signal })),
    );
    const { image, limitBytes } = answer;
    if (image !== null) return image;
    if (content.length > limitBytes) throw tooLarge(name, content.length, limitBytes);
    if (dryRun) throw notThere(name);
    const open = () => this.#chunks(content, name);
    const stored = await explained(async () =>
      client.putPath(path, { length: content.length, open }, { signal }),
    );
    if (stored.image === null) throw new PlatformError('bad_response', 'the source was not stored');
    say(io, `${name}: ${content.length} bytes sent to the functions' registry`);
    return stored.image;
  }

  async *#chunks(content: Buffer, name: string): AsyncGenerator<Buffer> {
    const { stderr } = this.#options.io;
    let shown = -1;
    try {
      for (let sent = 0; sent < content.length; sent += chunkBytes) {
        const percent = Math.floor((sent * 100) / content.length);
        if (stderr.isTTY === true && percent !== shown) stderr.write(`\r${name}: sent ${percent} %`);
        shown = percent;
        yield content.subarray(sent, sent + chunkBytes);
      }
    } finally {
      if (stderr.isTTY === true) stderr.write('\r\x1b[K');
    }
  }
}

/**
 * Hexadecimal digest of the source's manifest that the Function names already, where it has this very content: it stays what it is. One
 * that no Function names is given another digest from time to time (docs/adr/0013).
 */
async function heldDigest(
  client: KubeClient,
  ref: { namespace: string; name: string },
  sha256: string,
): Promise<string | undefined> {
  const stored = await orUndefined(client.get(functions, ref));
  const { checksum, source } = stored === undefined ? {} : specOf(stored);
  if (checksum !== `sha256:${sha256}`) return undefined;
  return /@sha256:([0-9a-f]{64})$/.exec(source?.oci ?? '')?.[1];
}

/** Of all replicas: each takes sources, whichever leads. */
async function proxyPaths(client: KubeClient, io: Pick<Io, 'env'>): Promise<string[]> {
  const { namespace } = await serverConfigRef(client, io);
  const { items } = await client.list(pods, { namespace, labelSelector });
  const paths = items.filter(isRunning).flatMap((pod) => {
    const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
    const port = ports.find(({ name }) => name === portName)?.containerPort;
    return port === undefined
      ? []
      : [`/api/v1/namespaces/${namespace}/pods/${pod.metadata.name ?? ''}:${port}/proxy`];
  });
  if (paths.length > 0) return paths;
  throw new PlatformError('not_ready', 'no controller runs that takes a source of this size', {
    hint: `It was looked for in namespace ${namespace}: a pod with ${labelSelector} and a port named "${portName}". ${urlHint}`,
  });
}

/** A pod counts as running for a while after its node, or it, is gone. */
async function firstThatAnswers(
  paths: readonly string[],
  ask: (path: string) => Promise<Answer>,
): Promise<{ path: string; answer: Answer }> {
  for (const path of paths.slice(0, -1)) {
    try {
      return { path, answer: await ask(path) };
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== 'not_ready') throw error;
    }
  }
  const last = paths.at(-1) ?? '';
  return { path: last, answer: await ask(last) };
}

interface Answer {
  image: string | null;
  limitBytes: number;
}

async function explained(request: () => Promise<unknown>): Promise<Answer> {
  try {
    return (await request()) as Answer;
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const mayNot = error.httpStatus === 403 && error.message.includes('pods');
    const again = error.code === 'not_ready' ? 'Try again in a moment. ' : '';
    const hint = mayNot ? `You need get and update on pods/proxy there. ${urlHint}` : `${again}${urlHint}`;
    throw new PlatformError(error.code, `the source cannot be sent: ${error.message}`, {
      cause: error,
      hint,
    });
  }
}

function tooLarge(name: string, size: number, limit: number): PlatformError {
  const message = `${name} has ${size} bytes; the platform takes ${limit}`;
  const hint = `Leave out what the function does not need, or raise source-limit in kubeless-config. ${urlHint}`;
  return new PlatformError('body_too_large', message, { hint });
}

function notThere(name: string): PlatformError {
  return new PlatformError('bad_request', `${name} would be sent to the registry first: it is too large`, {
    hint: 'A dry run stores nothing, and so cannot say where the source will be.',
  });
}
