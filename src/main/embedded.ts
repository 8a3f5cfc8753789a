import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { homeFrom, type Home } from '../embedded/supervisor/home.ts';
import { makeHomeFolder } from '../embedded/supervisor/home-folder.ts';
import { launch, runningRecord } from '../embedded/supervisor/launch.ts';
import { embeddedParts } from '../embedded/supervisor/parts.ts';
import { choosePort } from '../embedded/supervisor/ports.ts';
import { shutDown } from '../embedded/supervisor/shut-down.ts';
import { settingsKey } from '../embedded/supervisor/settings-key.ts';
import { sourceKey } from '../embedded/supervisor/source-key.ts';
import { supervise } from '../embedded/supervisor/supervisor.ts';
import { beside } from '../lib/beside.ts';
import { systemClock } from '../lib/clock.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { PlatformError, toPlatformError } from '../lib/errors.ts';
import { createLogger } from '../lib/log.ts';
import { onStopSignal } from '../lib/stop-signals.ts';

const usage = `usage: embedded up | down | status | supervise
Kontain FAAS without a cluster. State in KONTAIN_HOME (default /var/lib/kontain-faas), calls on 127.0.0.1 at KONTAIN_PORT
(default 8080). \`supervise\` runs in the foreground; \`up\` starts it detached and waits until it is ready.`;

const root = join(import.meta.dirname, '../..');

interface Config {
  home: Home;
  port: number;
  env: Record<string, string>;
}

function parseConfig(env: NodeJS.ProcessEnv): Config {
  const port = Number(env['KONTAIN_PORT'] || 8080);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new PlatformError(
      'bad_request',
      `KONTAIN_PORT is "${env['KONTAIN_PORT']}" and must be a number from 1 to 65535`,
    );
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { home: homeFrom(env), port, env: Object.fromEntries(entries) };
}

async function up({ home, port, env }: Config): Promise<void> {
  makeHomeFolder(home.root);
  const supervisor = [process.execPath, import.meta.filename, 'supervise'];
  const options = {
    home,
    port,
    env,
    supervisor,
    sourceKey: sourceKey(root),
    clock: systemClock,
    timeoutMs: 60_000,
  };
  const { how, record } = await launch(options);
  if (process.stdout.isTTY || how !== 'running') console.log(`${how}, process ${record.supervisor.pid}`);
}

async function runSupervisor({ home, port, env }: Config): Promise<void> {
  const log = createLogger({ name: 'embedded-supervisor', level: env['KONTAIN_LOG_LEVEL'] ?? 'info' });
  const stop = new AbortController();
  onStopSignal(process, () => stop.abort());
  process.umask(0o022); // Kontainers, whose root is nobody here, read what the parts unpack
  process.on('SIGHUP', () => undefined); // the terminal that started it may go
  mkdirSync(home.logs, { recursive: true, mode: 0o750 });
  const apiPort = await choosePort(home.apiPort);
  const registryPort = await choosePort(home.registryPort);
  const stages = embeddedParts({
    home,
    root,
    node: process.execPath,
    program: (name) => beside(import.meta, name),
    port,
    apiPort,
    registryPort,
    env,
  });
  await supervise({
    home,
    port,
    sourceKey: sourceKey(root),
    settingsKey: settingsKey(env),
    stages,
    clock: systemClock,
    log,
    signal: stop.signal,
  });
}

async function down({ home }: Config): Promise<void> {
  const wasThere = await shutDown({ home, clock: systemClock });
  console.log(wasThere ? 'stopped' : 'it was not running');
}

function status({ home }: Config): void {
  const record = runningRecord(home);
  console.log(JSON.stringify(record ?? { state: 'stopped' }, null, 2));
  if (record?.state !== 'ready') process.exitCode = errorCatalogue.not_ready.exit;
}

const commands: Readonly<Record<string, (config: Config) => Promise<void> | void>> = {
  up,
  down,
  status,
  supervise: runSupervisor,
};

try {
  const { positionals } = parseArgs({ allowPositionals: true });
  const command = commands[positionals.join(' ')];
  if (command === undefined) throw new PlatformError('bad_request', usage);
  await command(parseConfig(process.env));
} catch (error) {
  const { code, message, hint } = toPlatformError(error);
  console.error(hint === undefined ? message : `${message}\n${hint}`);
  process.exitCode = errorCatalogue[code].exit;
}
