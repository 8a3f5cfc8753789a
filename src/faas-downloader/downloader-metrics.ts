import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ControllerMetrics } from '../kube/controller.ts';

/** What faas-downloader counts; the registry comes from the program. */
export interface DownloaderMetrics {
  /** Deploys by result: Ready, or the reason of the failure. */
  deploys: Counter<'result'>;
  unpackedBytes: Counter;
  unpackedLayers: Counter;
  collected: Counter<'kind'>;
  controller: ControllerMetrics;
}

const prefix = 'kontain_downloader';

export function downloaderMetrics(registry: Registry): DownloaderMetrics {
  const registers = [registry];
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `${prefix}_${name}`, help, registers });
  return {
    deploys: new Counter({
      name: `${prefix}_deploys_total`,
      help: 'Attempts to make a bundle equal to its Image, by result',
      labelNames: ['result'],
      registers,
    }),
    unpackedBytes: counter('unpacked_bytes_total', 'Decompressed bytes of layers that were unpacked'),
    unpackedLayers: counter('unpacked_layers_total', 'Layers that were unpacked'),
    collected: new Counter({
      name: `${prefix}_collected_total`,
      help: 'Versions, layers and blobs removed because nothing needs them',
      labelNames: ['kind'],
      registers,
    }),
    controller: controllerMetrics(registers),
  };
}

function controllerMetrics(registers: Registry[]): ControllerMetrics {
  const outcomes = new Counter({
    name: `${prefix}_reconciles_total`,
    help: 'Reconciles by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: `${prefix}_reconcile_seconds`,
    help: 'Duration of a reconcile, with pull and unpack',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
    registers,
  });
  const queue = new Gauge({
    name: `${prefix}_queue_length`,
    help: 'Images that wait for their turn',
    registers,
  });
  return {
    countOutcome: (outcome, count) => outcomes.inc({ outcome }, count),
    observeDuration: (duration) => seconds.observe(duration),
    setQueueLength: (length) => queue.set(length),
  };
}
