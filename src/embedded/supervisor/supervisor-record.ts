import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Home } from './home.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface PartRecord {
  name: string;
  process: ProcessIdentity | null;
  state: 'starting' | 'ready' | 'waiting' | 'stopped';
  restarts: number;
}

/** What one supervisor says about itself, for `up`, `down`, `status` and the supervisor after a crash. */
export interface SupervisorRecord {
  supervisor: ProcessIdentity;
  state: 'starting' | 'ready' | 'stopping' | 'failed';
  failure?: { message: string; hint: string };
  /** Port of the calls. */
  port: number;
  /** Tells one version of the sources from another, see source-key.ts. */
  sourceKey: string;
  /** Tells other settings, see settings-key.ts. */
  settingsKey: string;
  parts: PartRecord[];
}

export function readRecord(home: Home): SupervisorRecord | null {
  try {
    return JSON.parse(readFileSync(home.record, 'utf8')) as SupervisorRecord;
  } catch {
    return null; // never started, or stopped in order
  }
}

/** Atomic for readers; not flushed to disk, because no process outlives the machine. */
export function writeRecord(home: Home, record: SupervisorRecord): void {
  const temporary = `${home.record}.${process.pid}`;
  try {
    writeFileSync(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o640 });
    renameSync(temporary, home.record);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export function removeRecord(home: Home): void {
  rmSync(home.record, { force: true });
}
