import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readLogs } from '../../src/faas-server/logs/read-logs.ts';
import type { LogLine } from '../../src/faas-server/logs/log-line.ts';
import { E2eImages } from './e2e-images.ts';
import { embeddedInstance, type EmbeddedInstance } from './embedded-instance.ts';
import { eventually } from './eventually.ts';
import type { Kubectl } from './kubectl.ts';
import { programFile } from './program.ts';

/** Garbage is collected at once, so that tests can see it go. */
const quick = { KONTAIN_GC_SECONDS: '1', KONTAIN_GRACE_SECONDS: '1' };

/** The whole embedded mode with functions of a test: Images are applied with kubectl, calls go to `url`. */
export class Platform implements AsyncDisposable {
  readonly instance: EmbeddedInstance;
  readonly images: E2eImages;

  private constructor(instance: EmbeddedInstance) {
    this.instance = instance;
    this.images = new E2eImages(join(instance.home.root, 'images'));
  }

  /** `settings` of its parts, as environment variables. */
  static async start(settings: Record<string, string> = {}): Promise<Platform> {
    const instance = await embeddedInstance({ ...quick, ...settings });
    endWithUs(instance);
    try {
      await instance.up();
    } catch (error) {
      await instance[Symbol.asyncDispose]();
      throw error;
    }
    return new Platform(instance);
  }

  /** What faas-downloader and faas-server share. */
  get root(): string {
    return this.instance.home.node;
  }

  get kubectl(): Kubectl {
    return this.instance.kubectl;
  }

  /** Of a function in the namespace default, with the rest of the path and the query. */
  url(path: string): string {
    return this.instance.url(`/default/${path}`);
  }

  /** `kubectl apply` of Images in the namespace default, by name. */
  async apply(specs: Record<string, object>): Promise<void> {
    const items = Object.entries(specs).map(([name, spec]) => imageManifest(name, spec));
    await this.kubectl.send({ apiVersion: 'v1', kind: 'List', items }, 'apply');
  }

  /** Applied, and Ready as `kubectl wait` sees it. */
  async deploy(specs: Record<string, object>): Promise<void> {
    await this.apply(specs);
    const names = Object.keys(specs).map((name) => `image/${name}`);
    const { code, stderr } = await this.kubectl.try(
      'wait',
      '--for=condition=Ready',
      '--timeout=60s',
      ...names,
    );
    if (code !== 0) throw new Error(`${stderr}\n${await this.kubectl.run('get', 'images', '-o', 'wide')}`);
  }

  /** The message of the Ready condition, once it has this reason. */
  async reason(name: string, reason: string): Promise<string> {
    const condition = '.status.conditions[?(@.type=="Ready")]';
    const format = `jsonpath={${condition}.reason} {${condition}.message}`;
    return eventually(`Image ${name} is ${reason}`, async () => {
      const text = await this.kubectl.run('get', 'image', name, '-o', format);
      return text.startsWith(`${reason} `) && text.slice(reason.length + 1);
    });
  }

  /** What a call printed; lines are written a moment after it. */
  async logs(name: string, requestId: string): Promise<LogLine[]> {
    const wanted = { root: this.root, namespace: 'default', name, requestId };
    return eventually(`${name} has printed`, async () => {
      const lines = await Readable.from(readLogs(wanted)).toArray();
      return lines.length > 0 && (lines as LogLine[]);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.instance[Symbol.asyncDispose]();
  }
}

export function imageManifest(name: string, spec: object): object {
  return {
    apiVersion: 'build.kontain.app/v1',
    kind: 'Image',
    metadata: { name, namespace: 'default' },
    spec,
  };
}

/**
 * A process that waits for our end, however it comes: the instance is detached, and would outlive us. It is told the home on its
 * standard input, because whatever names it is taken for a part of the instance.
 */
function endWithUs({ home }: EmbeddedInstance): void {
  const script =
    'read KONTAIN_HOME; cat; [ -e "$KONTAIN_HOME" ] && export KONTAIN_HOME && "$0" "$1" down && rm -rf "$KONTAIN_HOME"';
  const argv = ['-c', script, process.execPath, programFile('embedded')];
  const child = spawn('sh', argv, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.write(`${home.root}\n`);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
}
