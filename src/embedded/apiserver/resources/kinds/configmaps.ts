import type { KubeObject } from '../../../store/stored-object.ts';
import { flag, textMap } from '../../schema/meta-schemas.ts';
import { isRecord } from '../../schema/structural-schema.ts';
import { duplicateKeys, immutableErrors, totalSizeError, validateDataKeys } from '../../validation/data.ts';
import type { FieldError } from '../../status/field-error.ts';
import { ageColumn, nameColumn } from '../../table/builtin-columns.ts';
import { defineBuiltin } from '../builtin.ts';

function entries(object: KubeObject, field: string): [string, unknown][] {
  const value = object[field];
  return isRecord(value) ? Object.entries(value) : [];
}

function validate(object: KubeObject): FieldError[] {
  return [
    ...validateDataKeys(object, 'data'),
    ...validateDataKeys(object, 'binaryData'),
    ...duplicateKeys(object, 'data', 'binaryData'),
    ...totalSizeError(object, ['data', 'binaryData']),
  ];
}

/** core/v1 ConfigMap. */
export const configMaps = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
  description: 'ConfigMap holds configuration data for programs to consume.',
  protobuf: { metadata: 1, data: 2, binaryData: 3, immutable: 4 },
  fields: {
    data: textMap('UTF-8 texts by key.'),
    binaryData: {
      type: 'object',
      additionalProperties: { type: 'string', format: 'byte' },
      description: 'Bytes by key, in base64.',
    },
    immutable: flag('When true, data cannot be changed; it cannot be unset.'),
  },
  columns: [
    nameColumn,
    {
      name: 'Data',
      type: 'string',
      description: 'Number of keys.',
      priority: 0,
      cell: (object) => entries(object, 'data').length + entries(object, 'binaryData').length,
    },
    ageColumn,
  ],
  hooks: { validate, validateUpdate: (object, old) => immutableErrors(object, old, ['data', 'binaryData']) },
});
