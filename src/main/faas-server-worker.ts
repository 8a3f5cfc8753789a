import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { workerEnd } from '../faas-server/workers/cluster-channel.ts';
import { WorkerProcess } from '../faas-server/workers/worker-process.ts';
import { systemClock } from '../lib/clock.ts';
import { createLogger } from '../lib/log.ts';
import { collectProcessMetrics } from '../lib/process-metrics.ts';

const registry = new Registry();
collectProcessMetrics(registry);

const worker = new WorkerProcess({
  channel: workerEnd(process),
  registry,
  ids: { uuid: randomUUID },
  clock: systemClock,
  log: createLogger({ name: 'faas-server-worker', level: process.env['KONTAIN_LOG_LEVEL'] ?? 'info' }),
  exit: () => process.exit(),
});
// Signals of a terminal reach the whole group; the primary decides when workers end.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
worker.start();
