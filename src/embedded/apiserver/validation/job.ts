import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../store/stored-object.ts';
import { invalid, required, type FieldError } from '../status/field-error.ts';
import { fieldsOf, preparePodSpec, validatePodSpec } from './pod-spec.ts';

type Fields = Record<string, unknown>;

const counts = [
  'parallelism',
  'completions',
  'backoffLimit',
  'activeDeadlineSeconds',
  'ttlSecondsAfterFinished',
];

/** Defaults of a JobSpec, in place; also those of a CronJob's template. */
export function prepareJobSpec(spec: Fields): void {
  spec['parallelism'] ??= 1;
  spec['completions'] ??= 1;
  spec['backoffLimit'] ??= 6;
  spec['completionMode'] ??= 'NonIndexed';
  spec['suspend'] ??= false;
  preparePodSpec((fieldsOf(spec['template'])['spec'] as Fields | undefined) ?? {});
}

/** Pods of a Job are found by labels that the server makes. */
export function prepareJob(job: KubeObject): void {
  const spec = (job['spec'] = fieldsOf(job['spec']));
  prepareJobSpec(spec);
  if (spec['manualSelector'] === true) return;
  const { uid = '', name } = job.metadata;
  const owner = { 'batch.kubernetes.io/controller-uid': uid };
  const template = (spec['template'] = fieldsOf(spec['template']));
  const metadata = (template['metadata'] = fieldsOf(template['metadata']));
  const own = { ...owner, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, 'job-name': name };
  metadata['labels'] = { ...fieldsOf(metadata['labels']), ...own };
  spec['selector'] = { matchLabels: owner };
}

export function validateJob(job: KubeObject): FieldError[] {
  const spec = fieldsOf(job['spec']);
  const { name } = job.metadata;
  const tooLong =
    name.length > 63 ? [invalid('metadata.name', name, 'must be no more than 63 characters')] : [];
  return [...tooLong, ...validateJobSpec(spec, 'spec')];
}

export function validateJobSpec(spec: Fields, path: string): FieldError[] {
  const negative = counts.filter((name) => typeof spec[name] === 'number' && spec[name] < 0);
  const pod = fieldsOf(fieldsOf(spec['template'])['spec']);
  const endless = pod['restartPolicy'] === 'Always';
  return [
    ...negative.map((name) => invalid(`${path}.${name}`, spec[name], 'must be greater than or equal to 0')),
    ...(spec['template'] === undefined ? [required(`${path}.template`)] : []),
    ...validatePodSpec(pod, `${path}.template.spec`),
    ...(endless
      ? [required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')]
      : []),
  ];
}

const frozen = ['template', 'selector', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex'];

export function validateJobUpdate(job: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [fieldsOf(job['spec']), fieldsOf(old['spec'])];
  return frozen
    .filter((name) => !isDeepStrictEqual(spec[name], before[name]))
    .map((name) => invalid(`spec.${name}`, spec[name], 'field is immutable'));
}
