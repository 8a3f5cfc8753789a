import * as z from 'zod';
import type { KubeObject } from '../kube/objects.ts';
import type { Resource } from '../kube/resource.ts';
import { cronJobTriggerAddress } from './addresses.ts';
import { cronScheduleSchema } from './cron-schedule.ts';
import { anyJson } from './embedded-object.ts';
import type { KindDefinition } from './kind.ts';
import { metadataSchema, timeSchema } from './object-schemas.ts';
import { duration, listByKey, textMatching, withRules } from './schema-rules.ts';
import { functionNameSchema, triggerStatusFields } from './trigger-fields.ts';

const headerNamePattern = "^[-!#$%&'*+.^_`|~A-Za-z0-9]+$";
/** Of the connection and of the message's end: with one of these a call might never end, or reach somebody else. */
const callersOwn =
  '^(host|content-length|transfer-encoding|connection|keep-alive|proxy-connection|te|trailer|upgrade|expect)$';

const headerName = withRules(z.string().max(256), 'Name of the header.', [
  {
    cel: `self.matches(${JSON.stringify(headerNamePattern)})`,
    holds: (name) => new RegExp(headerNamePattern).test(name),
    message: 'write the name of an HTTP header, such as X-Tenant',
  },
  {
    cel: `!self.lowerAscii().matches(${JSON.stringify(callersOwn)})`,
    holds: (name) => !new RegExp(callersOwn).test(name.toLowerCase()),
    message: 'leave this header out: whoever makes the call writes it',
  },
]);

const header = z
  .object({
    name: headerName,
    value: textMatching({
      description: 'Its value.',
      pattern: '^[ -~]*$',
      message: 'write printable ASCII characters only',
      maxLength: 8192,
    }),
  })
  .describe('One header.');

const limit = (description: string) => z.int().min(0).max(100).optional().describe(description);

/** The names and meanings of what Kubeless does not have are those of batch/v1 CronJob. */
const cronJobTriggerSpecSchema = z
  .object({
    schedule: cronScheduleSchema,
    'function-name': functionNameSchema,
    payload: anyJson(
      'Body of the request, as JSON. Default: none, the function is called with GET.',
    ).optional(),
    timeZone: textMatching({
      description: 'Time zone of the schedule, as in the tz database. Default: that of the controller.',
      pattern: '^[A-Za-z][-A-Za-z0-9_+/]*$',
      message: 'write a name of the tz database, such as Europe/Berlin or Etc/UTC',
      maxLength: 64,
    }).optional(),
    headers: listByKey(header, 'name', { description: 'Headers of the request.', maxItems: 50 }).optional(),
    timeout: duration("A run that takes longer has failed. Default: the function's own timeout.").optional(),
    suspend: z.boolean().optional().describe('Whether no runs begin.'),
    concurrencyPolicy: z
      .enum(['Allow', 'Forbid', 'Replace'])
      .optional()
      .describe('What happens when the run before is not over. Default: Allow.'),
    startingDeadlineSeconds: z
      .int()
      .min(1)
      .optional()
      .describe('A run that could not begin for so long is left out. Default: 120.'),
    successfulJobsHistoryLimit: limit('Runs that went well and are kept. Default: 3.'),
    failedJobsHistoryLimit: limit('Runs that failed and are kept. Default: 1.'),
    backoffLimit: limit('How often a run that failed is tried again. Default: 0.'),
  })
  .describe('When to call which function, and with what.');

const statusSchema = z
  .object({
    ...triggerStatusFields,
    lastScheduleTime: timeSchema('When a run was due last.').optional(),
    lastSuccessfulTime: timeSchema('When a run last ended well.').optional(),
  })
  .describe('What became of it. Written by the platform.');

const cronJobTriggerSchema = z
  .object({
    apiVersion: z.literal('kubeless.io/v1beta1'),
    kind: z.literal('CronJobTrigger'),
    metadata: metadataSchema,
    spec: cronJobTriggerSpecSchema,
    status: statusSchema.optional(),
  })
  .describe('Calls a function at given times.');

export type CronJobTrigger = z.infer<typeof cronJobTriggerSchema>;
export type CronJobTriggerStatus = z.infer<typeof statusSchema>;

/** As the API server hands it out. Parse it with validate. */
export interface StoredCronJobTrigger extends KubeObject {
  spec?: unknown;
  status?: CronJobTriggerStatus;
}

export const cronJobTriggerFinalizer = 'kubeless.io/cronjobtrigger';

export const cronJobTriggerKind: KindDefinition<typeof cronJobTriggerSchema> = {
  ...cronJobTriggerAddress,
  singular: 'cronjobtrigger',
  shortNames: ['cjt'],
  categories: ['kontain'],
  schema: cronJobTriggerSchema,
  rules: [],
  columns: [
    { name: 'Function', type: 'string', jsonPath: '.spec.function-name' },
    { name: 'Schedule', type: 'string', jsonPath: '.spec.schedule' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Last run', type: 'date', jsonPath: '.status.lastScheduleTime' },
    { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
};

export const cronJobTriggerResource: Resource<StoredCronJobTrigger> = cronJobTriggerAddress;
