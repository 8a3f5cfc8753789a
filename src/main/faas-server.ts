import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { configFrom } from '../faas-server/config-from.ts';
import { parseEnvironment } from '../faas-server/config-schema.ts';
import { DataPlane } from '../faas-server/data-plane.ts';
import { FaasServer } from '../faas-server/faas-server.ts';
import { BundleSource } from '../faas-server/functions/bundle-source.ts';
import { accessLog } from '../faas-server/logs/access-log.ts';
import { mergedMetrics } from '../faas-server/metrics/merged-metrics.ts';
import { singleProcess, type Fronts, type FrontsOptions } from '../faas-server/single-process.ts';
import { WorkerPool } from '../faas-server/workers/worker-pool.ts';
import { ContainerDriver } from '../kontainer/container/driver.ts';
import { BufferedLines } from '../lib/buffered-lines.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { toPlatformError } from '../lib/errors.ts';
import { createLogger, type Logger } from '../lib/log.ts';
import { idBase } from '../oci/id-base.ts';
import { layersPath } from '../oci/paths.ts';

const accessLines = { fd: 1, flushMs: 50, maxPendingBytes: 16 * 1024 * 1024 };

/** KONTAIN_NATIVE, KONTAIN_RUN, KONTAIN_OCI_RUNTIME, KONTAIN_CGROUP and KONTAIN_SECCOMP_PROFILE. */
async function makeDriver(env: NodeJS.ProcessEnv, root: string, logger: Logger): Promise<ContainerDriver> {
  const profile = env['KONTAIN_SECCOMP_PROFILE'] ?? '/usr/share/containers/seccomp.json';
  return new ContainerDriver({
    native: env['KONTAIN_NATIVE'] ?? join(import.meta.dirname, '../../build/native'),
    run: env['KONTAIN_RUN'] ?? '/run/kontain-faas',
    layers: layersPath(root),
    runtime: env['KONTAIN_OCI_RUNTIME'] ?? '/usr/bin/crun',
    cgroup: env['KONTAIN_CGROUP'] ?? 'kontain-faas',
    idBase,
    seccompProfile: await readFile(profile, 'utf8'),
    logger,
  });
}

function makeFronts(options: FrontsOptions): Fronts & { metrics?: () => Promise<object[][]> } {
  const { config, plane } = options;
  if (config.workers === 1) return singleProcess(options);
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: join(import.meta.dirname, 'faas-server-worker.ts') });
  return new WorkerPool({ ...options, cluster, broker: plane.broker });
}

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const log = createLogger({ name: 'faas-server', level: env['KONTAIN_LOG_LEVEL'] ?? 'info' });
  const settings = parseEnvironment(env);
  const config = configFrom(settings, {
    cores: availableParallelism(),
    totalBytes: totalmem(),
    constrainedBytes: process.constrainedMemory(),
  });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const driver = await makeDriver(env, config.root, log);
  await driver.check();
  const source = new BundleSource({ root: config.root, serverId: settings.KONTAIN_SERVER_ID, clock, log });
  const lines = new BufferedLines(accessLines);
  const plane = new DataPlane({ config, source, driver, registry, observe: accessLog(lines), clock, log });
  let workers: (() => Promise<object[][]>) | undefined;
  const server = new FaasServer({
    plane,
    checkDriver: () => driver.check(),
    metrics: mergedMetrics(registry, () => workers?.() ?? Promise.resolve([])),
    makeFronts: (reserved) => {
      const fronts = makeFronts({ config, plane, reserved, ids: { uuid: randomUUID }, clock, log });
      workers = fronts.metrics?.bind(fronts);
      return fronts;
    },
  });
  const stop = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    await driver[Symbol.asyncDispose]();
    await lines.flush();
    process.exit();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
  const port = await server.start();
  console.log(JSON.stringify({ ready: true, url: `http://${config.host}:${port}` }));
  log.info({ port, workers: config.workers }, 'ready');
}

try {
  await main(process.env);
} catch (error) {
  const { code, message, hint } = toPlatformError(error, 'start_failed');
  console.error(`faas-server: ${message}${hint === undefined ? '' : `\n${hint}`}`);
  process.exit(errorCatalogue[code].exit);
}
