import { call, type CallInit, type CallResult } from './e2e-call.ts';
import { Platform } from './e2e-platform.ts';
import { eventually } from './eventually.ts';
import { freePorts } from './free-ports.ts';

/** What a request looks like to the function, and which function it is. */
const source = `
import os


def handler(event, context):
    request = event["extensions"]["request"]
    query = {name: request.query.getall(name) for name in request.query}
    headers = {name.lower(): value for name, value in request.headers.items()}
    return {"who": os.environ["WHO"], "path": request.path, "query": query, "headers": headers}
`;

export interface Echo {
  who: string;
  path: string;
  query: Record<string, string[]>;
  headers: Record<string, string>;
}

export const echoOf = ({ text }: CallResult): Echo => JSON.parse(text) as Echo;

export const basic = (text: string) => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
});

interface StoredTrigger {
  metadata: { generation: number };
  status?: { conditions?: { reason: string; message: string; observedGeneration: number }[] };
}

/** The whole embedded mode with functions `one`, `two` and `steady`, for tests of HTTPTriggers. */
export class TriggerPlatform implements AsyncDisposable {
  readonly platform: Platform;
  readonly tlsPort: number;

  private constructor(platform: Platform, tlsPort: number) {
    this.platform = platform;
    this.tlsPort = tlsPort;
  }

  static async start(): Promise<TriggerPlatform> {
    const [tlsPort = 0] = await freePorts(1);
    // Two processes for calls: each has to know the routes.
    const platform = await Platform.start({ KONTAIN_TLS_PORT: String(tlsPort), KONTAIN_WORKERS: '2' });
    const image = await platform.images.inlineFunction('python3.11', { file: 'echo.py', source });
    const specOf = (who: string) => ({ image, env: [{ name: 'WHO', value: who }] });
    await platform.deploy({ one: specOf('one'), two: specOf('two'), steady: specOf('steady') });
    return new TriggerPlatform(platform, tlsPort);
  }

  async trigger(name: string, functionName: string, spec: object): Promise<void> {
    const rest = { spec: { 'function-name': functionName, ...spec } };
    await this.#apply('HTTPTrigger', 'kubeless.io/v1beta1', name, rest);
  }

  async secret(name: string, stringData: object, type = 'Opaque'): Promise<void> {
    await this.#apply('Secret', 'v1', name, { type, stringData });
  }

  async remove(name: string): Promise<void> {
    await this.platform.kubectl.run('delete', 'httptrigger', name);
  }

  async #apply(kind: string, apiVersion: string, name: string, rest: object): Promise<void> {
    const metadata = { name, namespace: 'default' };
    await this.platform.kubectl.send({ apiVersion, kind, metadata, ...rest }, 'apply');
  }

  /** The message of a trigger, once it has this reason for the spec of now. */
  reason(name: string, wanted: string): Promise<string> {
    return eventually(`HTTPTrigger ${name} is ${wanted}`, async () => {
      const text = await this.platform.kubectl.run('get', 'httptrigger', name, '-o', 'json');
      const { metadata, status } = JSON.parse(text) as StoredTrigger;
      const [ready] = status?.conditions ?? [];
      const isNow = ready?.observedGeneration === metadata.generation && ready?.reason === wanted;
      return isNow && (ready.message || ' ');
    });
  }

  urlOf(name: string): Promise<string> {
    return this.platform.kubectl.run('get', 'httptrigger', name, '-o', 'jsonpath={.status.url}');
  }

  /** By the route: to the platform's port, with another host. */
  byHost(host: string, path: string, init: CallInit = {}): Promise<CallResult> {
    return call(this.platform.instance.url(path), { ...init, headers: { host, ...init.headers } });
  }

  /** inotify tells each process a moment after the trigger is Ready. */
  until(host: string, path: string, status: number, init: CallInit = {}): Promise<CallResult> {
    return eventually(`${host}${path} is ${status}`, async () => {
      const calls = Array.from({ length: 4 }, () => this.byHost(host, path, init).catch(() => undefined));
      const answers = await Promise.all(calls);
      return answers.every((answer) => answer?.status === status) && answers[0];
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.platform[Symbol.asyncDispose]();
  }
}
