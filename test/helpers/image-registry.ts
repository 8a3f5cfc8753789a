import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takesConnections } from '../../src/lib/takes-connections.ts';
import { eventually } from './eventually.ts';
import { freePorts } from './free-ports.ts';
import type { TestCertificate } from './test-certificates.ts';

export interface ImageRegistry extends AsyncDisposable {
  /** `127.0.0.1:<port>`; plain HTTP unless it has a certificate. */
  host: string;
  /** Of its blobs and repositories. */
  data: string;
  /** Ends the server; `start` brings it back with all that it has. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Name and password for a registry with `auth`. */
export const registryUser = { username: 'puller', password: 'secret' };
/** bcrypt of that password, cost 5. */
const htpasswd = `puller:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n`;

export interface ImageRegistryOptions {
  auth?: boolean;
  /** It speaks HTTPS, with this certificate. */
  tls?: TestCertificate;
  port?: number;
}

/** The CNCF's registry on loopback, with a temporary folder. */
export async function startRegistry(options: ImageRegistryOptions = {}): Promise<ImageRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'kontain-registry-'));
  const port = options.port ?? (await freePorts(1))[0] ?? 0;
  const config = await writeConfig(folder, port, options);
  let stop = await serve(config, port);
  return {
    host: `127.0.0.1:${port}`,
    data: join(folder, 'data'),
    stop: () => stop(),
    start: async () => {
      stop = await serve(config, port);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeConfig(
  folder: string,
  port: number,
  { auth = false, tls }: ImageRegistryOptions,
): Promise<string> {
  const write = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const users = { realm: 'test', path: await write('htpasswd', htpasswd) };
  const certificate = {
    certificate: await write('tls.crt', tls?.chain ?? ''),
    key: await write('tls.key', tls?.key ?? ''),
  };
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}`, ...(tls === undefined ? {} : { tls: certificate }) },
    ...(auth ? { auth: { htpasswd: users } } : {}),
  };
  return write('config.yml', JSON.stringify(config));
}

async function serve(config: string, port: number): Promise<() => Promise<void>> {
  const command = ['--pdeathsig', 'KILL', 'docker-registry', 'serve', config];
  const child = spawn('setpriv', command, {
    stdio: 'ignore',
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  });
  const exit = once(child, 'exit');
  await eventually('the registry listens', () => takesConnections(port));
  return async () => {
    child.kill('SIGKILL');
    await exit;
  };
}
