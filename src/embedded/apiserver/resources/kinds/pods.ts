import type { KubeObject } from '../../../store/stored-object.ts';
import { listOf, mergedList, objectOf, text, time } from '../../schema/meta-schemas.ts';
import { kept, podSpec } from '../../schema/pod-schemas.ts';
import { podColumns } from '../../table/job-columns.ts';
import { fieldsOf, preparePodSpec, validatePodSpec } from '../../validation/pod-spec.ts';
import { defineBuiltin } from '../builtin.ts';

/** core/v1 Pod, as a record of what an agent runs for a Job: nothing schedules pods here. */
export const pods = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  description: 'Pod is a group of containers that run together.',
  statusSubresource: true,
  selectableFields: ['spec.nodeName', 'spec.restartPolicy', 'status.phase'],
  fields: {
    spec: podSpec,
    status: {
      ...objectOf(
        {
          phase: text('Pending, Running, Succeeded, Failed or Unknown.'),
          reason: text('One word.'),
          message: text('A sentence.'),
          startTime: time('When it began.'),
          conditions: mergedList(kept('One observation.'), 'What is known.', 'type'),
          containerStatuses: listOf(kept('One container.'), 'State of the containers.'),
          initContainerStatuses: listOf(kept('One container.'), 'State of the init containers.'),
        },
        'Current state of the pod.',
      ),
      'x-kubernetes-preserve-unknown-fields': true,
    },
  },
  columns: podColumns,
  hooks: {
    prepareForCreate: (pod: KubeObject) => {
      const spec = (pod['spec'] = fieldsOf(pod['spec']));
      preparePodSpec(spec);
      pod['status'] = { phase: 'Pending' };
    },
    validate: (pod) => validatePodSpec(fieldsOf(pod['spec']), 'spec'),
  },
});
