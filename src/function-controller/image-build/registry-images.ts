import type { Clock } from '../../lib/clock.ts';
import { formatReference, parseReference } from '../../oci/reference.ts';
import type { RegistryAuths } from '../../oci/registry-auth.ts';
import type { RegistryClient } from '../../oci/registry/registry-client.ts';
import { FunctionFailure, withReason } from '../failure.ts';

interface Resolved {
  digest: string;
  untilMs: number;
}

/** A tag that moves is followed after so long, when something is built. */
const rememberMs = 60_000;
const rememberAbsentMs = 5000;
const maxAbsent = 1000;

/** What registries have. One client at a time: the configuration may change it. */
export class RegistryImages {
  readonly #client: RegistryClient;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #runtimes = new Map<string, Resolved>();
  /** Images that builds run, with the time until which nobody asks again. */
  readonly #tools = new Map<string, number>();
  /** Images that were not there, with the time until which nobody asks again. */
  readonly #absent = new Map<string, number>();

  constructor(client: RegistryClient, clock: Pick<Clock, 'monotonic'>) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Digest that a reference in skopeo's notation leads to; undefined if there is no such image. */
  digest(image: string, auths: RegistryAuths, signal: AbortSignal): Promise<string | undefined> {
    return withReason('RegistryFailed', async () => {
      const reference = parseReference(image);
      if (reference.transport !== 'docker') return undefined;
      const digest = reference.digest ?? (await this.#client.manifestDigest(reference, { auths, signal }));
      this.#absent.delete(image);
      if (digest === undefined) this.#rememberAbsent(image);
      return digest;
    });
  }

  /** Whether the image was not there a moment ago: a Function that waits for its build is looked at several times. */
  wasAbsent(image: string): boolean {
    return (this.#absent.get(image) ?? 0) > this.#clock.monotonic();
  }

  #rememberAbsent(image: string): void {
    this.#absent.set(image, this.#clock.monotonic() + rememberAbsentMs);
    const [oldest] = this.#absent.keys();
    if (oldest !== undefined && this.#absent.size > maxAbsent) this.#absent.delete(oldest);
  }

  /** The same image by digest, and that digest. A local image is taken as it is: its name stands for its content. */
  async pinned(
    image: string,
    auths: RegistryAuths,
    signal: AbortSignal,
  ): Promise<{ image: string; digest: string }> {
    const reference = parseReference(image);
    if (reference.transport !== 'docker') return { image, digest: image };
    const digest = await this.#runtimeDigest(image, auths, signal);
    return { image: formatReference({ ...reference, digest }), digest };
  }

  /**
   * Rejects with `UnknownRuntime` if an image of the configuration that builds run is not there. Nodes may have credentials for it that are
   * not ours: where the registry does not tell, they find out.
   */
  async requireTool(image: string, auths: RegistryAuths, signal: AbortSignal): Promise<void> {
    const until = this.#tools.get(image) ?? 0;
    if (until > this.#clock.monotonic() || parseReference(image).transport !== 'docker') return;
    try {
      if ((await this.digest(image, auths, signal)) === undefined) throw missingImage('A build', image);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FunctionFailure && error.reason === 'UnknownRuntime') throw error;
    }
    this.#tools.set(image, this.#clock.monotonic() + rememberMs);
  }

  /** Removes an image that nobody needs any more. Best effort: many registries remove nothing. */
  async remove(image: string, auths: RegistryAuths, signal: AbortSignal): Promise<void> {
    const reference = parseReference(image);
    if (reference.transport === 'docker' && reference.digest !== null)
      await this.#client.deleteManifest(reference, { auths, signal });
  }

  async #runtimeDigest(image: string, auths: RegistryAuths, signal: AbortSignal): Promise<string> {
    const nowMs = this.#clock.monotonic();
    const known = this.#runtimes.get(image);
    if (known !== undefined && known.untilMs > nowMs) return known.digest;
    const digest = await this.digest(image, auths, signal);
    if (digest === undefined) throw missingImage('The runtime', image);
    this.#runtimes.set(image, { digest, untilMs: nowMs + rememberMs });
    return digest;
  }
}

function missingImage(whose: string, image: string): FunctionFailure {
  const message = `${whose}'s image ${image} does not exist. Push it there, or correct runtime-images in the ConfigMap kubeless-config.`;
  return new FunctionFailure('UnknownRuntime', message);
}
