import { parseSchedule } from '../../../../lib/cron/schedule.ts';
import { isTimeZone } from '../../../../lib/cron/time-zone.ts';
import { errorMessage } from '../../../../lib/errors.ts';
import type { KubeObject } from '../../../store/stored-object.ts';
import { flag, integer, listOf, objectMeta, objectOf, text, time } from '../../schema/meta-schemas.ts';
import { objectReference } from '../../schema/reference-schemas.ts';
import { invalid, notSupported, required, type FieldError } from '../../status/field-error.ts';
import { cronJobColumns } from '../../table/job-columns.ts';
import { prepareJobSpec, validateJobSpec } from '../../validation/job.ts';
import { fieldsOf } from '../../validation/pod-spec.ts';
import { messageSchema } from '../../schema/pod-messages.ts';
import { defineBuiltin } from '../builtin.ts';
import { jobSpec } from './jobs.ts';

const policies = ['Allow', 'Forbid', 'Replace'];
/** Names of its Jobs get a time behind the name. */
const maxName = 52;

function prepare(cronJob: KubeObject): void {
  const spec = (cronJob['spec'] = fieldsOf(cronJob['spec']));
  spec['concurrencyPolicy'] ??= 'Allow';
  spec['suspend'] ??= false;
  spec['successfulJobsHistoryLimit'] ??= 3;
  spec['failedJobsHistoryLimit'] ??= 1;
  const template = fieldsOf(fieldsOf(spec['jobTemplate'])['spec']);
  if (template['template'] !== undefined) preparePods(template);
}

/** As upstream, which leaves the numbers of a Job's pods to the Job. */
function preparePods(template: Record<string, unknown>): void {
  const given = { ...template };
  prepareJobSpec(template);
  for (const name of Object.keys(template)) if (!(name in given)) delete template[name];
}

function validate({ metadata, spec: value }: KubeObject): FieldError[] {
  const spec = fieldsOf(value);
  const { schedule, concurrencyPolicy: policy, timeZone } = spec;
  return [
    ...(metadata.name.length > maxName
      ? [invalid('metadata.name', metadata.name, `must be no more than ${maxName} characters`)]
      : []),
    ...(typeof schedule === 'string' && schedule !== '' ? [] : [required('spec.schedule')]),
    ...(typeof schedule === 'string' && schedule !== '' ? scheduleErrors(schedule) : []),
    ...(policies.includes(String(policy)) ? [] : [notSupported('spec.concurrencyPolicy', policy, policies)]),
    ...(typeof timeZone === 'string' && !isTimeZone(timeZone)
      ? [invalid('spec.timeZone', timeZone, `unknown time zone ${timeZone}`)]
      : []),
    ...validateJobSpec(fieldsOf(fieldsOf(spec['jobTemplate'])['spec']), 'spec.jobTemplate.spec'),
  ];
}

function scheduleErrors(schedule: string): FieldError[] {
  if (/TZ/.test(schedule))
    return [
      invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'),
    ];
  try {
    parseSchedule(schedule);
    return [];
  } catch (error) {
    return [invalid('spec.schedule', schedule, errorMessage(error))];
  }
}

/** batch/v1 CronJob. */
export const cronJobs = defineBuiltin({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  description: 'CronJob makes Jobs at given times.',
  statusSubresource: true,
  protobufSchema: messageSchema('CronJob'),
  tracksGeneration: true,
  fields: {
    spec: objectOf(
      {
        schedule: text('When: five fields, or a macro.'),
        timeZone: text('Time zone of the schedule.'),
        startingDeadlineSeconds: integer('Runs that could not begin for so long are left out.', 'int64'),
        concurrencyPolicy: text('Allow, Forbid or Replace.'),
        suspend: flag('Whether no runs begin.'),
        jobTemplate: objectOf({ metadata: objectMeta, spec: jobSpec }, 'What the Jobs are made from.'),
        successfulJobsHistoryLimit: integer('Jobs that went well and are kept.'),
        failedJobsHistoryLimit: integer('Jobs that failed and are kept.'),
      },
      'What the cron job wants.',
    ),
    status: objectOf(
      {
        active: listOf(objectReference('A Job that runs.'), 'Jobs that run.'),
        lastScheduleTime: time('When a run was due last.'),
        lastSuccessfulTime: time('When a run last ended well.'),
      },
      'Current state of the cron job.',
    ),
  },
  columns: cronJobColumns,
  hooks: {
    prepareForCreate: (cronJob: KubeObject) => {
      prepare(cronJob);
      cronJob['status'] = {};
    },
    prepareForUpdate: prepare,
    validate,
  },
});
