import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { KubeClient } from '../kube/client-types.ts';
import { PlatformError } from '../lib/errors.ts';
import type { FlagValues } from './flag-values.ts';
import type { Io } from './io.ts';
import { checkNamespaceName } from './names.ts';

interface Connection {
  client: KubeClient;
  server: string;
}

/** The connection to the API server: opened by the first command that needs it, closed by the end of the program. */
export class Session implements AsyncDisposable {
  readonly #io: Io;
  readonly #flags: FlagValues;
  #connection: Promise<Connection> | undefined;

  constructor(io: Io, flags: FlagValues) {
    this.#io = io;
    this.#flags = flags;
  }

  /** Rejects after Ctrl-C: nothing is sent any more. */
  async client(): Promise<KubeClient> {
    const { client } = await this.#connect();
    this.#io.signal.throwIfAborted();
    return client;
  }

  /** URL of the API server. */
  async server(): Promise<string> {
    return (await this.#connect()).server;
  }

  /** `--namespace`, else that of the context. */
  async namespace(): Promise<string> {
    const given = this.#flags.text('namespace');
    if (given !== undefined) checkNamespaceName(given);
    return given ?? (await this.client()).namespace;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.client[Symbol.asyncDispose]();
  }

  #connect(): Promise<Connection> {
    this.#connection ??= connect(this.#io, this.#flags);
    return this.#connection;
  }
}

/** Loaded here and not above: commands that need no API server start in a third of the time. */
async function connect(io: Io, flags: FlagValues): Promise<Connection> {
  const [{ createKubeClient }, { loadKubeconfig }] = await Promise.all([
    import('../kube/client.ts'),
    import('../kube/kubeconfig.ts'),
  ]);
  const context = flags.text('context');
  const options = context === undefined ? {} : { context };
  const connection = await firstOf(kubeconfigFiles(io, flags), (file) => loadKubeconfig(file, options));
  const client = createKubeClient({
    connection,
    clock: io.clock,
    random: io.random,
    userAgent: `kubeless/${io.version}`,
  });
  return { client, server: connection.server };
}

/** The first file in which the context is; if in none, what is wrong with the first. */
async function firstOf<T>(files: readonly string[], load: (file: string) => Promise<T>): Promise<T> {
  const results = await Promise.allSettled(files.map(load));
  const good = results.find((result) => result.status === 'fulfilled');
  if (good !== undefined) return good.value;
  const bad = results.find((result) => result.status === 'rejected');
  throw bad?.reason;
}

/** kubectl's rules: --kubeconfig, else those of the KUBECONFIG list that exist, else ~/.kube/config. */
function kubeconfigFiles({ env, cwd }: Io, flags: FlagValues): string[] {
  const flag = flags.text('kubeconfig');
  if (flag !== undefined) return existing([flag], { env, cwd });
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return existing(listed.length > 0 ? listed : [join(env['HOME'] ?? '/', '.kube/config')], { env, cwd });
}

function existing(candidates: readonly string[], { env, cwd }: Pick<Io, 'env' | 'cwd'>): string[] {
  const found = candidates.map((file) => resolve(cwd, file)).filter((file) => existsSync(file));
  if (found.length > 0) return found;
  throw new PlatformError('bad_request', `no kubeconfig: ${candidates.join(', ')} does not exist`, {
    hint: `Write --kubeconfig FILE or set KUBECONFIG${embeddedHint(env)}.`,
  });
}

function embeddedHint(env: Io['env']): string {
  const file = join(env['KONTAIN_HOME'] || '/var/lib/kontain-faas', 'kubeconfig');
  return existsSync(file) ? `; of the embedded mode on this machine it is ${file}` : '';
}
