import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { configFrom } from '../faas-server/config-from.ts';
import { parseSettings, type Environment } from '../faas-server/config-schema.ts';
import { DataPlane } from '../faas-server/data-plane.ts';
import { FaasServer } from '../faas-server/faas-server.ts';
import { BundleSource } from '../faas-server/functions/bundle-source.ts';
import { accessLog } from '../faas-server/logs/access-log.ts';
import { mergedMetrics } from '../faas-server/metrics/merged-metrics.ts';
import { singleProcess, type Fronts, type FrontsOptions } from '../faas-server/single-process.ts';
import { WorkerPool } from '../faas-server/workers/worker-pool.ts';
import { ContainerDriver } from '../kontainer/container/driver.ts';
import { beside } from '../lib/beside.ts';
import { BufferedLines } from '../lib/buffered-lines.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { toPlatformError } from '../lib/errors.ts';
import { createLogger, type Logger } from '../lib/log.ts';
import { collectProcessMetrics } from '../lib/process-metrics.ts';
import { onStopSignal } from '../lib/stop-signals.ts';
import { idBase } from '../oci/id-base.ts';
import { layersPath } from '../oci/paths.ts';

const accessLines = { fd: 1, flushMs: 50, maxPendingBytes: 16 * 1024 * 1024 };

async function makeDriver(settings: Environment, logger: Logger): Promise<ContainerDriver> {
  const run = settings.KONTAIN_RUN;
  return new ContainerDriver({
    native: settings.KONTAIN_NATIVE ?? join(import.meta.dirname, '../../build/native'),
    run,
    layers: layersPath(settings.KONTAIN_ROOT),
    runtime: settings.KONTAIN_OCI_RUNTIME,
    cgroup: settings.KONTAIN_CGROUP ?? run.replace(/^\/run\//, '/').replaceAll(/(?<!^)\//g, '-'),
    idBase,
    seccompProfile: await readFile(settings.KONTAIN_SECCOMP_PROFILE, 'utf8'),
    clock,
    logger,
  });
}

function makeFronts(options: FrontsOptions): Fronts & { metrics?: () => Promise<object[][]> } {
  const { config, plane } = options;
  if (config.workers === 1) return singleProcess(options);
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: beside(import.meta, 'faas-server-worker') });
  return new WorkerPool({ ...options, cluster, broker: plane.broker, routes: plane.routes });
}

async function main(): Promise<void> {
  process.umask(0o022); // Kontainers, whose root is nobody here, read what we write
  const settings = parseSettings(process.argv.slice(2), process.env);
  const log = createLogger({ name: 'faas-server', level: settings.KONTAIN_LOG_LEVEL });
  const config = configFrom(settings, {
    cores: availableParallelism(),
    totalBytes: totalmem(),
    constrainedBytes: process.constrainedMemory(),
  });
  const registry = new Registry();
  collectProcessMetrics(registry);
  const driver = await makeDriver(settings, log);
  await driver.check();
  const source = new BundleSource({ root: config.root, serverId: settings.KONTAIN_SERVER_ID, clock, log });
  const lines = new BufferedLines(accessLines);
  const plane = new DataPlane({ config, source, driver, registry, observe: accessLog(lines), clock, log });
  let workers: (() => Promise<object[][]>) | undefined;
  const server = new FaasServer({
    plane,
    checkDriver: () => driver.check(),
    statusAddress: config.statusAddress,
    clock,
    log,
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
  onStopSignal(process, () => void stop());
  const { port, tlsPort } = await server.start();
  const tls = tlsPort === undefined ? {} : { tlsUrl: `https://${config.host}:${tlsPort}` };
  console.log(JSON.stringify({ ready: true, url: `http://${config.host}:${port}`, ...tls }));
  log.info({ port, tlsPort, workers: config.workers }, 'ready');
}

try {
  await main();
} catch (error) {
  const { code, message, hint } = toPlatformError(error, 'start_failed');
  console.error(`faas-server: ${message}${hint === undefined ? '' : `\n${hint}`}`);
  process.exit(errorCatalogue[code].exit);
}
