import type { KubeObject } from '../../../store/stored-object.ts';
import { integer, microTime, objectOf, text } from '../../schema/meta-schemas.ts';
import { isRecord } from '../../schema/structural-schema.ts';
import { invalid, type FieldError } from '../../status/field-error.ts';
import { ageColumn, nameColumn } from '../../table/builtin-columns.ts';
import { defineBuiltin } from '../builtin.ts';

function specOf(lease: KubeObject): Record<string, unknown> {
  return isRecord(lease['spec']) ? lease['spec'] : {};
}

function validate(lease: KubeObject): FieldError[] {
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = specOf(lease);
  return [
    ...(typeof duration === 'number' && duration <= 0
      ? [invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0')]
      : []),
    ...(typeof transitions === 'number' && transitions < 0
      ? [invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
      : []),
  ];
}

/** coordination.k8s.io/v1 Lease. */
export const leases = defineBuiltin({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  description: 'Lease says who leads until when.',
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  protobuf: { metadata: 1, spec: 2 },
  fields: {
    spec: objectOf(
      {
        holderIdentity: text('Who holds the lease.'),
        leaseDurationSeconds: integer('How long others wait after the last renewal.'),
        acquireTime: microTime('When the holder got the lease.'),
        renewTime: microTime('When the holder renewed the lease last.'),
        leaseTransitions: integer('How often the holder changed.'),
        strategy: text('How the holder is chosen in coordinated leader election.'),
        preferredHolder: text('Who should take over.'),
      },
      'What is leased.',
      {
        holderIdentity: 1,
        leaseDurationSeconds: 2,
        acquireTime: 3,
        renewTime: 4,
        leaseTransitions: 5,
        strategy: 6,
        preferredHolder: 7,
      },
    ),
  },
  columns: [
    nameColumn,
    {
      name: 'Holder',
      type: 'string',
      description: 'Who holds the lease.',
      priority: 0,
      cell: (lease) => specOf(lease)['holderIdentity'] ?? '',
    },
    ageColumn,
  ],
  hooks: { validate },
});
