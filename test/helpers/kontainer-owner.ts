/* A process that owns a driver and is busy with it, to be killed by its test. Arguments: options of the host as JSON. */
import type { ContainerHostOptions } from '../../src/kontainer/container/host.ts';
import { ContainerDriver } from '../../src/kontainer/container/driver.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { call, begin } from './kontainer-call.ts';
import { probeSpec } from './probe-spec.ts';

const options = JSON.parse(process.argv[2] ?? '') as Omit<ContainerHostOptions, 'logger' | 'clock'>;
const driver = new ContainerDriver({ ...options, clock: systemClock, logger: silentLogger });

for (const start of ['template', 'prewarmed', 'cold'] as const) {
  const template = driver.prepare(probeSpec(start, { name: start, prewarm: 2 }));
  await begin(template, 'daemon');
  void (async () => {
    for (;;) await call(template, 'echo', { body: 'busy' });
  })();
}
process.stdout.write('busy\n');
