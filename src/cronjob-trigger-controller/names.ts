import { createHash } from 'node:crypto';

/** On everything that is made for a CronJobTrigger. */
export const triggerLabel = 'kubeless.io/cronjobtrigger';

/** Names of runs get a time behind them. */
const longestCronJobName = 52;

/** The trigger's own name; one that is too long is cut and still told apart. */
export function cronJobName(triggerName: string): string {
  if (triggerName.length <= longestCronJobName) return triggerName;
  const suffix = hash(triggerName).slice(0, 10);
  return `${triggerName.slice(0, longestCronJobName - suffix.length - 1).replace(/[-.]+$/, '')}-${suffix}`;
}

export function payloadName(triggerName: string): string {
  return `${cronJobName(triggerName)}-payload`;
}

export function triggerLabelValue(triggerName: string): string {
  return triggerName.length <= 63 ? triggerName : hash(triggerName).slice(0, 32);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
