import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { homeAt, type Home } from '../../src/embedded/supervisor/home.ts';
import { identify } from '../../src/embedded/supervisor/process-identity.ts';
import { readRecord, type SupervisorRecord } from '../../src/embedded/supervisor/supervisor-record.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { freePorts } from './free-ports.ts';
import { kubectl, type Kubectl } from './kubectl.ts';
import { layerSeed } from './layer-seed.ts';
import { programFile, repository } from './program.ts';
import { keepRegistry, seedRegistry } from './registry-seed.ts';

/** Embedded mode as a user has it, with a home and a port of its own. Disposing it stops it and removes the home. */
export interface EmbeddedInstance extends AsyncDisposable {
  home: Home;
  port: number;
  kubectl: Kubectl;
  url(path: string): string;
  up(): Promise<void>;
  down(): Promise<void>;
  record(): SupervisorRecord;
  /** Process number of a part, or of the supervisor itself. */
  pid(name: string): number;
  /** Deploys an image of build/images and waits until it is ready. */
  deploy(name: string, image: string, spec?: object): Promise<void>;
  /** Waits until each part is ready again after it was killed. */
  untilReady(): Promise<void>;
}

export interface User {
  /** What the name of the home begins with. */
  prefix?: string;
  /** Of whoever runs `up`, in octal. */
  umask?: string;
}

/** `settings` of its parts, as environment variables. */
export async function embeddedInstance(
  settings: NodeJS.ProcessEnv = {},
  { prefix = 'kontain-home-', umask = '022' }: User = {},
): Promise<EmbeddedInstance> {
  const home = homeAt(await mkdtemp(join(tmpdir(), prefix)));
  const [port = 0] = await freePorts(1);
  const env = {
    ...process.env,
    KONTAIN_NEAR_LAYERS: layerSeed,
    ...settings,
    KONTAIN_HOME: home.root,
    KONTAIN_PORT: String(port),
  };
  const program = programFile('embedded');
  const embedded = async (command: string): Promise<void> => {
    const script = `umask ${umask}; exec "$0" "$@"`;
    await promisify(execFile)('sh', ['-c', script, process.execPath, program, command], { env });
  };
  const client = kubectl('kubectl', home.kubeconfig, join(home.root, 'kubectl-cache'));
  const record = (): SupervisorRecord => {
    const current = readRecord(home);
    if (current === null) throw new Error('it is not running');
    return current;
  };
  return {
    home,
    port,
    kubectl: client,
    record,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    async up() {
      seedRegistry(home.registry);
      await embedded('up');
      keepRegistry(home.registry);
    },
    down: () => embedded('down'),
    pid: (name) => pidOf(record(), name),
    async deploy(name, image, spec = {}) {
      await client.send(imageObject(name, image, spec), 'apply');
      await client.run('wait', '--for=condition=Ready', `image/${name}`, '--timeout=60s');
    },
    async untilReady() {
      while (!isServing(record())) await systemClock.sleep(10);
    },
    async [Symbol.asyncDispose]() {
      await embedded('down');
      await rm(home.root, { recursive: true, force: true });
    },
  };
}

export function imageObject(name: string, image: string, spec: object = {}): object {
  const reference = `oci:${join(repository, 'build/images', image)}`;
  return {
    apiVersion: 'build.kontain.app/v1',
    kind: 'Image',
    metadata: { name },
    spec: { image: reference, ...spec },
  };
}

function pidOf(record: SupervisorRecord, name: string): number {
  if (name === 'supervisor') return record.supervisor.pid;
  const pid = record.parts.find((part) => part.name === name)?.process?.pid;
  if (pid === undefined) throw new Error(`${name} does not run`);
  return pid;
}

/** The record lags behind a kill by the moment that the supervisor needs to see it. */
function isServing({ parts }: SupervisorRecord): boolean {
  return parts
    .filter(({ name }) => name !== 'embedded-setup')
    .every(({ state, process }) => state === 'ready' && process !== null && identify(process.pid) !== null);
}
