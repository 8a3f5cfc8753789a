import type { KubeObject } from '../../../store/stored-object.ts';
import { flag, integer, mergedList, objectOf, text, time } from '../../schema/meta-schemas.ts';
import { messageSchema } from '../../schema/pod-messages.ts';
import { kept, podTemplate } from '../../schema/pod-schemas.ts';
import { jobColumns } from '../../table/job-columns.ts';
import { prepareJob, validateJob, validateJobUpdate } from '../../validation/job.ts';
import { defineBuiltin } from '../builtin.ts';

/** batch/v1 JobSpec; a CronJob has one too. */
export const jobSpec = objectOf(
  {
    parallelism: integer('Pods at a time.'),
    completions: integer('Pods that have to end well.'),
    activeDeadlineSeconds: integer('The job has failed after so long.', 'int64'),
    backoffLimit: integer('How often a pod that failed is tried again.'),
    backoffLimitPerIndex: integer('The same for each index.'),
    maxFailedIndexes: integer('Indexes that may fail.'),
    completionMode: text('NonIndexed or Indexed.'),
    ttlSecondsAfterFinished: integer('The job goes so long after its end.'),
    suspend: flag('Whether no pods are made.'),
    manualSelector: flag("Whether selector and labels are the user's own."),
    selector: kept('Labels of the pods; made by the server.'),
    podFailurePolicy: kept('Which failures count.'),
    podReplacementPolicy: text('When pods are replaced.'),
    successPolicy: kept('When the job has gone well.'),
    managedBy: text('The controller that runs the job.'),
    template: podTemplate,
  },
  'What the job wants.',
);

const condition = objectOf(
  {
    type: text('Complete, Failed, Suspended and so on.'),
    status: text('True, False or Unknown.'),
    reason: text('One word.'),
    message: text('A sentence.'),
    lastProbeTime: time('When it was looked at.'),
    lastTransitionTime: time('When status changed last.'),
  },
  'One observation.',
);

/** batch/v1 Job. */
export const jobs = defineBuiltin({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  namespaced: true,
  description: 'Job runs pods to their end.',
  statusSubresource: true,
  protobufSchema: messageSchema('Job'),
  tracksGeneration: true,
  selectableFields: ['status.successful'],
  fields: {
    spec: jobSpec,
    status: objectOf(
      {
        conditions: mergedList(condition, 'What is known.', 'type'),
        startTime: time('When the job began.'),
        completionTime: time('When it ended well.'),
        active: integer('Pods that run.'),
        ready: integer('Pods that are ready.'),
        terminating: integer('Pods that are ending.'),
        succeeded: integer('Pods that ended well.'),
        failed: integer('Pods that failed.'),
        uncountedTerminatedPods: kept('Pods that have ended and are not counted yet.'),
        completedIndexes: text('Indexes that are done.'),
        failedIndexes: text('Indexes that failed.'),
      },
      'Current state of the job.',
    ),
  },
  columns: jobColumns,
  hooks: {
    prepareForCreate: (job: KubeObject) => {
      prepareJob(job);
      job['status'] = {};
    },
    validate: validateJob,
    validateUpdate: validateJobUpdate,
  },
});
