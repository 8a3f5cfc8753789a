import { listOf, objectOf, text, time } from '../../schema/meta-schemas.ts';
import { nameColumn } from '../../table/builtin-columns.ts';
import { crdWarnings, validateCrd, validateCrdUpdate } from '../../validation/crd.ts';
import { crdFields } from '../crd-fields.ts';
import { prepareCrd, prepareCrdUpdate } from '../crd-status.ts';
import { defineBuiltin } from '../builtin.ts';

const condition = objectOf(
  {
    type: text('NamesAccepted, Established or Terminating.'),
    status: text('True, False or Unknown.'),
    reason: text('One word.'),
    message: text('A sentence.'),
    lastTransitionTime: time('When status changed last.'),
  },
  'One observation.',
);

/** apiextensions.k8s.io/v1 CustomResourceDefinition; what it defines is made by `custom-resource.ts`. */
export const customResourceDefinitions = defineBuiltin({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  description: 'CustomResourceDefinition adds a kind to the API.',
  statusSubresource: true,
  tracksGeneration: true,
  allowUnconditionalUpdate: false,
  requiredFields: ['spec'],
  fields: {
    spec: crdFields,
    status: objectOf(
      {
        acceptedNames: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          description: 'Names in use.',
        },
        storedVersions: listOf({ type: 'string' }, 'Versions that objects were ever stored in.'),
        conditions: listOf(condition, 'What is known about the definition.'),
      },
      'Current state of the definition.',
    ),
  },
  columns: [
    nameColumn,
    {
      name: 'Created At',
      type: 'date',
      description: 'When the definition was created.',
      priority: 0,
      cell: ({ metadata }) => metadata.creationTimestamp,
    },
  ],
  hooks: {
    prepareForCreate: prepareCrd,
    prepareForUpdate: prepareCrdUpdate,
    validate: validateCrd,
    validateUpdate: validateCrdUpdate,
    warnings: crdWarnings,
  },
});
