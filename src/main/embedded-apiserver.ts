import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ApiServer } from '../embedded/apiserver/server.ts';
import { servingCertificate } from '../embedded/apiserver/security/certificates.ts';
import { writeKubeconfig } from '../embedded/apiserver/security/kubeconfig.ts';
import { adminToken } from '../embedded/apiserver/security/token.ts';
import { ObjectStore } from '../embedded/store/object-store.ts';
import { systemClock } from '../lib/clock.ts';
import { toPlatformError } from '../lib/errors.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { createLogger } from '../lib/log.ts';
import { onStopSignal } from '../lib/stop-signals.ts';

const usage = `usage: embedded-apiserver --data-dir DIR [--port N] [--host ADDRESS] [--kubeconfig FILE] [--log-level LEVEL]
                          [--home DIR] [--proxy NAMESPACE/POD:PORT=SOCKET]...
Serves the Kubernetes API from a SQLite file in DIR. Port 0 (the default) takes a free one. Logs of pods are those of the
agent's home (default: the data directory). pods/proxy leads to the Unix sockets of --proxy and nowhere else.
Prints {"ready":true,"url":…,"kubeconfig":…} on stdout when it is up. SIGTERM ends it in good order.`;

interface Config {
  readonly dataDir: string;
  readonly port: number;
  readonly host: string;
  readonly kubeconfig: string;
  readonly logLevel: string;
  readonly home: string;
  readonly proxyTargets: ReadonlyMap<string, string>;
}

/** Flags win over KONTAIN_API_DATA_DIR, _PORT, _HOST, _KUBECONFIG and KONTAIN_LOG_LEVEL. */
function parseConfig(env: NodeJS.ProcessEnv): Config {
  const setting = (variable: string, fallback: string): { type: 'string'; default: string } => ({
    type: 'string',
    default: env[variable] ?? fallback,
  });
  const { values } = parseArgs({
    options: {
      'data-dir': setting('KONTAIN_API_DATA_DIR', ''),
      port: setting('KONTAIN_API_PORT', '0'),
      host: setting('KONTAIN_API_HOST', '127.0.0.1'),
      kubeconfig: setting('KONTAIN_API_KUBECONFIG', ''),
      'log-level': setting('KONTAIN_LOG_LEVEL', 'info'),
      home: setting('KONTAIN_HOME', ''),
      proxy: { type: 'string', multiple: true, default: [] },
    },
  });
  const dataDir = values['data-dir'];
  if (dataDir === '') throw new TypeError('--data-dir is needed');
  const kubeconfig = values.kubeconfig || join(dataDir, 'kubeconfig');
  return {
    dataDir,
    kubeconfig,
    port: parsePort(values.port),
    host: values.host,
    logLevel: values['log-level'],
    home: values.home || dataDir,
    proxyTargets: new Map(values.proxy.map(parseProxy)),
  };
}

function parseProxy(text: string): [pod: string, socket: string] {
  const [, pod, socket] = /^([a-z0-9-]+\/[a-z0-9.-]+:\d+)=(\/.+)$/.exec(text) ?? [];
  if (pod !== undefined && socket !== undefined) return [pod, socket];
  throw new TypeError(`--proxy must be NAMESPACE/POD:PORT=SOCKET, not ${text}`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new TypeError(`--port must be a number from 0 to 65535, not ${text}`);
}

function configOrExit(): Config {
  try {
    return parseConfig(process.env);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return process.exit(2);
  }
}

async function main(): Promise<void> {
  const config = configOrExit();
  const log = createLogger({ name: 'embedded-apiserver', level: config.logLevel });
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const store = new ObjectStore({ file: join(config.dataDir, 'state.sqlite') });
  const certificate = await servingCertificate(config.dataDir, systemClock);
  const token = adminToken(config.dataDir);
  const { home, proxyTargets } = config;
  const server = new ApiServer({
    store,
    certificate,
    token,
    clock: systemClock,
    newUid: randomUUID,
    log,
    home,
    proxyTargets,
  });
  const url = await server.listen(config.port, config.host);
  writeKubeconfig({ file: config.kubeconfig, url, ca: certificate.ca, token });
  const stop = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    store[Symbol.dispose]();
    log.info({}, 'stopped');
  };
  onStopSignal(process, () => void stop());
  console.log(JSON.stringify({ ready: true, url, kubeconfig: config.kubeconfig }));
  log.info({ url, revision: store.revision }, 'ready');
}

try {
  await main();
} catch (error) {
  const { code, message, hint } = toPlatformError(error, 'start_failed');
  console.error(`embedded-apiserver: ${message}${hint === undefined ? '' : `\n${hint}`}`);
  process.exitCode = errorCatalogue[code].exit;
}
