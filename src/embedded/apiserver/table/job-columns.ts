import type { KubeObject } from '../../store/stored-object.ts';
import type { PrinterColumn } from '../resources/resource-definition.ts';
import { fieldsOf, itemsOf } from '../validation/pod-spec.ts';
import { age } from './age.ts';
import { ageColumn, nameColumn } from './builtin-columns.ts';

function column(name: string, description: string, cell: PrinterColumn['cell']): PrinterColumn {
  return { name, type: 'string', description, priority: 0, cell };
}

const specOf = (object: KubeObject) => fieldsOf(object['spec']);
const statusOf = (object: KubeObject) => fieldsOf(object['status']);
const numberOf = (value: unknown) => (typeof value === 'number' ? value : 0);

function jobState(job: KubeObject): string {
  const is = (type: string) =>
    itemsOf(statusOf(job)['conditions']).some((item) => item['type'] === type && item['status'] === 'True');
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return is('Suspended') ? 'Suspended' : is('FailureTarget') ? 'FailureTarget' : 'Running';
}

function duration(job: KubeObject, now: number): string {
  const { startTime, completionTime } = statusOf(job);
  if (typeof startTime !== 'string') return '';
  return age(startTime, typeof completionTime === 'string' ? Date.parse(completionTime) : now);
}

export const jobColumns: readonly PrinterColumn[] = [
  nameColumn,
  column('Status', 'Status of the job.', jobState),
  column(
    'Completions',
    'Pods that went well, of those that have to.',
    (job) => `${numberOf(statusOf(job)['succeeded'])}/${numberOf(specOf(job)['completions'])}`,
  ),
  column('Duration', 'How long it took, or has taken.', duration),
  ageColumn,
];

export const cronJobColumns: readonly PrinterColumn[] = [
  nameColumn,
  column('Schedule', 'When runs begin.', (job) => specOf(job)['schedule']),
  column('Timezone', 'Time zone of the schedule.', (job) => specOf(job)['timeZone'] ?? '<none>'),
  column('Suspend', 'Whether no runs begin.', (job) => (specOf(job)['suspend'] === true ? 'True' : 'False')),
  column('Active', 'Runs at present.', (job) => itemsOf(statusOf(job)['active']).length),
  column('Last Schedule', 'Time since the last run was due.', (job, now) => {
    const last = statusOf(job)['lastScheduleTime'];
    return typeof last === 'string' ? age(last, now) : '<none>';
  }),
  ageColumn,
];

export const podColumns: readonly PrinterColumn[] = [
  nameColumn,
  column('Ready', 'Containers that are ready, of all.', (pod) => {
    const ready = itemsOf(statusOf(pod)['containerStatuses']).filter((item) => item['ready'] === true);
    return `${ready.length}/${itemsOf(specOf(pod)['containers']).length}`;
  }),
  column('Status', 'State of the pod.', (pod) => statusOf(pod)['reason'] ?? statusOf(pod)['phase']),
  column('Restarts', 'Restarts of its containers.', (pod) =>
    itemsOf(statusOf(pod)['containerStatuses']).reduce(
      (sum, item) => sum + numberOf(item['restartCount']),
      0,
    ),
  ),
  ageColumn,
];
