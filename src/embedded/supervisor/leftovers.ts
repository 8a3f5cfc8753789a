import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import { signalProcess, waitForEnd, type ProcessIdentity } from './process-identity.ts';
import type { SupervisorRecord } from './supervisor-record.ts';

const politeMs = 3000;
const killedMs = 5000;

/**
 * Ends the parts that a killed supervisor left. They got SIGTERM from the kernel when it died, so they are most likely gone
 * or on their way.
 */
export async function endLeftovers(record: SupervisorRecord | null, clock: Clock): Promise<void> {
  const processes = (record?.parts ?? []).flatMap((part) => (part.process === null ? [] : [part.process]));
  await Promise.all(processes.map((process) => endProcess(process, politeMs, clock)));
}

/** SIGTERM, then SIGKILL for its whole process group. Rejects with `internal` when even that does not end it. */
export async function endProcess(target: ProcessIdentity, graceMs: number, clock: Clock): Promise<void> {
  signalProcess(target, 'SIGTERM');
  if (await waitForEnd(target, graceMs, clock)) return;
  signalProcess(target, 'SIGKILL', true);
  if (await waitForEnd(target, killedMs, clock)) return;
  throw new PlatformError('internal', `process ${target.pid} does not end, even after SIGKILL`, {
    hint: 'It hangs inside the kernel, most likely on a disk or a network file system that does not answer.',
  });
}
