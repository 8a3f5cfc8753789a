import type { BuildRecord, FailedBuild } from '../api/function-status.ts';
import type { FailureReason } from './failure.ts';

export type Reason = 'Ready' | 'Queued' | 'Building' | 'Pushing' | 'Pulling' | FailureReason;

/** Where a Function stands. What is left out stays as it is; null removes it. */
export interface Report {
  reason: Reason;
  message: string;
  source?: string;
  signature?: string;
  image?: string;
  digest?: string;
  log?: string | null;
  builds?: readonly BuildRecord[];
  failedBuild?: FailedBuild | null;
}

/** What is known about a Function even where a later step fails. */
export type Facts = Partial<
  Pick<Report, 'source' | 'signature' | 'image' | 'digest' | 'builds' | 'failedBuild'>
>;
