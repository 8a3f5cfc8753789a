import type { KubeObject } from '../../../store/stored-object.ts';
import { listOf, objectOf, text, time } from '../../schema/meta-schemas.ts';
import { isRecord } from '../../schema/structural-schema.ts';
import { ageColumn, nameColumn } from '../../table/builtin-columns.ts';
import { dns1123Label } from '../../validation/names.ts';
import { defineBuiltin } from '../builtin.ts';

const nameLabel = 'kubernetes.io/metadata.name';

export function isTerminating(namespace: KubeObject): boolean {
  return namespace.metadata.deletionTimestamp !== undefined;
}

function labelled(namespace: KubeObject): void {
  namespace.metadata.labels = { ...namespace.metadata.labels, [nameLabel]: namespace.metadata.name };
}

/** core/v1 Namespace. `spec.finalizers` keeps it until `controllers/namespace-controller.ts` has emptied it. */
export const namespaces = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  description: 'Namespace provides a scope for names.',
  nameRule: dns1123Label,
  statusSubresource: true,
  selectableFields: ['status.phase'],
  protobuf: { metadata: 1, spec: 2 },
  fields: {
    spec: objectOf(
      { finalizers: listOf({ type: 'string' }, 'Must be empty before the namespace goes.') },
      'Behaviour of the namespace.',
    ),
    status: objectOf(
      {
        phase: text('Active, or Terminating while its content is deleted.'),
        conditions: {
          ...listOf(
            objectOf(
              {
                type: text('Type of the condition.'),
                status: text('True, False or Unknown.'),
                reason: text('One word.'),
                message: text('A sentence.'),
                lastTransitionTime: time('When status changed last.'),
              },
              'One observation.',
            ),
            'What is known about the deletion.',
          ),
          'x-kubernetes-patch-strategy': 'merge',
          'x-kubernetes-patch-merge-key': 'type',
        },
      },
      'Current state of the namespace.',
    ),
  },
  columns: [
    nameColumn,
    {
      name: 'Status',
      type: 'string',
      description: 'Active or Terminating.',
      priority: 0,
      cell: ({ status }) => (isRecord(status) ? status['phase'] : ''),
    },
    ageColumn,
  ],
  hooks: {
    prepareForCreate: (namespace) => {
      namespace['spec'] = { finalizers: ['kubernetes'] };
      namespace['status'] = { phase: 'Active' };
      labelled(namespace);
    },
    prepareForUpdate: (namespace, old) => {
      namespace['spec'] = old['spec'];
      labelled(namespace);
    },
  },
});
