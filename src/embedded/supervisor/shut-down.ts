import type { Clock } from '../../lib/clock.ts';
import type { Home } from './home.ts';
import { endLeftovers, endProcess } from './leftovers.ts';
import { removeNodeFolders } from './node-folders.ts';
import { readRecord, removeRecord } from './supervisor-record.ts';

/** Longer than the parts' graces together, which the supervisor itself keeps. */
const supervisorGraceMs = 60_000;

export interface ShutDownOptions {
  home: Home;
  clock: Clock;
}

/** Ends the instance of this home and what a crash may have left of it. False when there was nothing to end. */
export async function shutDown({ home, clock }: ShutDownOptions): Promise<boolean> {
  const record = readRecord(home);
  if (record === null) return false;
  await endProcess(record.supervisor, supervisorGraceMs, clock);
  await endLeftovers(record, clock);
  removeNodeFolders(home);
  removeRecord(home);
  return true;
}
