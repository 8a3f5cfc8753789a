import type { CronJob } from '../../kube/workload-resources.ts';
import { latestRun, nextRun } from '../../lib/cron/runs.ts';
import { parseSchedule, type Schedule } from '../../lib/cron/schedule.ts';
import { TimeZone } from '../../lib/cron/time-zone.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { Job } from '../agent/kinds.ts';
import { endingOf, scheduledTime } from './run-name.ts';

export interface Plan {
  /** The last run that began. */
  lastMs: number | undefined;
  /** Runs that are not over. */
  active: readonly Job[];
  /** The run that is to begin. */
  run?: { dueMs: number; zone: TimeZone };
  /** When to look again. */
  nextMs?: number | undefined;
  /** Why the run that is due does not begin, or why none ever does. */
  notice?: { type: 'Normal' | 'Warning'; reason: string; message: string };
}

/**
 * What a CronJob needs at this moment, given its Jobs. As in Kubernetes the last of several runs that were missed is made
 * up for; which runs have begun is told by the Jobs too, as the status may not have been written any more.
 */
export function planRun(cronJob: CronJob, jobs: readonly Job[], nowMs: number): Plan {
  const times = jobs.map((job) => scheduledTime(job, cronJob));
  const active = jobs.filter((job, i) => times[i] !== undefined && endingOf(job) === undefined);
  const lastMs = latestOf([parseTime(cronJob.status?.lastScheduleTime), ...times], nowMs + wrongClockMs);
  try {
    return { lastMs, active, ...nextStep(cronJob, { lastMs, active, nowMs }) };
  } catch (error) {
    const reason = error instanceof RangeError ? 'UnknownTimeZone' : 'UnparseableSchedule';
    return { lastMs, active, notice: { type: 'Warning', reason, message: errorMessage(error) } };
  }
}

interface Moment {
  lastMs: number | undefined;
  active: readonly Job[];
  nowMs: number;
}

function nextStep(cronJob: CronJob, moment: Moment): Omit<Plan, 'lastMs' | 'active'> {
  const { schedule: text = '', timeZone, suspend } = cronJob.spec ?? {};
  const [schedule, zone] = [minutely(parseSchedule(text)), new TimeZone(timeZone ?? undefined)];
  if (suspend === true) return {};
  const afterMs = moment.lastMs ?? createdAt(cronJob, moment.nowMs);
  const dueMs = latestRun(schedule, zone, { afterMs, untilMs: moment.nowMs });
  const nextMs = nextRun(schedule, zone, dueMs ?? afterMs);
  if (dueMs === undefined) return { nextMs };
  const notice = obstacle(cronJob, dueMs, moment);
  return notice === undefined ? { nextMs, run: { dueMs, zone } } : { nextMs, notice };
}

/** As a run has the name of its minute there is one a minute at most, and no use in looking more often. */
function minutely(schedule: Schedule): Schedule {
  return schedule.kind === 'interval' ? { ...schedule, ms: Math.max(schedule.ms, 60_000) } : schedule;
}

function obstacle({ spec }: CronJob, dueMs: number, { active, nowMs }: Moment): Plan['notice'] {
  const deadline = spec?.startingDeadlineSeconds;
  if (typeof deadline === 'number' && dueMs <= nowMs - deadline * 1000) {
    const message = `Missed scheduled time to start a job: ${new Date(dueMs).toISOString()}`;
    return { type: 'Warning', reason: 'MissSchedule', message };
  }
  if (spec?.concurrencyPolicy !== 'Forbid' || active.length === 0) return undefined;
  const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
  return { type: 'Normal', reason: 'JobAlreadyActive', message };
}

/** A time that lies so far ahead is one of a clock that was wrong. */
const wrongClockMs = 24 * 3_600_000;
/** From a moment ago, as the run that is due just now counts. */
const justNowMs = 61_000;

function createdAt({ metadata }: CronJob, nowMs: number): number {
  const created = parseTime(metadata.creationTimestamp) ?? nowMs;
  return created > nowMs + wrongClockMs ? nowMs - justNowMs : created;
}

function parseTime(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

function latestOf(times: readonly (number | undefined)[], limitMs: number): number | undefined {
  const known = times.filter((time) => time !== undefined).filter((time) => time <= limitMs);
  return known.length === 0 ? undefined : Math.max(...known);
}
