import type { KubeObject } from '../../../store/stored-object.ts';
import { flag, text, textMap } from '../../schema/meta-schemas.ts';
import { isRecord } from '../../schema/structural-schema.ts';
import { invalid, required, type FieldError } from '../../status/field-error.ts';
import { ageColumn, nameColumn } from '../../table/builtin-columns.ts';
import { immutableErrors, totalSizeError, validateDataKeys } from '../../validation/data.ts';
import { defineBuiltin } from '../builtin.ts';

/** Keys that a Secret of a type must have (k8s.io/api/core/v1, SecretType constants). */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};
const jsonKeys = ['.dockercfg', '.dockerconfigjson'];

function dataOf(secret: KubeObject): Record<string, unknown> {
  return isRecord(secret['data']) ? secret['data'] : {};
}

/** stringData is write-only: its texts go into data. */
function encodeStringData(secret: KubeObject): void {
  secret['type'] ??= 'Opaque';
  if (isRecord(secret['stringData'])) {
    const encoded = Object.entries(secret['stringData']).map(([key, value]) => [
      key,
      Buffer.from(String(value)).toString('base64'),
    ]);
    secret['data'] = { ...dataOf(secret), ...Object.fromEntries(encoded) };
  }
  delete secret['stringData'];
}

function validate(secret: KubeObject): FieldError[] {
  const data = dataOf(secret);
  const keys = requiredKeys[String(secret['type'])] ?? [];
  return [
    ...validateDataKeys(secret, 'data'),
    ...totalSizeError(secret, ['data']),
    ...keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`)),
    ...keys
      .filter((key) => jsonKeys.includes(key) && Object.hasOwn(data, key))
      .flatMap((key) => jsonErrors(data, key)),
    ...basicAuthErrors(secret, data),
  ];
}

function basicAuthErrors(secret: KubeObject, data: object): FieldError[] {
  if (secret['type'] !== 'kubernetes.io/basic-auth') return [];
  if (Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password')) return [];
  return [required('data[username]'), required('data[password]')];
}

function jsonErrors(data: Record<string, unknown>, key: string): FieldError[] {
  try {
    JSON.parse(Buffer.from(String(data[key]), 'base64').toString());
    return [];
  } catch {
    return [invalid(`data[${key}]`, '<secret contents redacted>', 'the content is not JSON')];
  }
}

/** core/v1 Secret. */
export const secrets = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  description: 'Secret holds secret data of a certain type.',
  selectableFields: ['type'],
  protobuf: { metadata: 1, data: 2, type: 3, stringData: 4, immutable: 5 },
  fields: {
    data: {
      type: 'object',
      additionalProperties: { type: 'string', format: 'byte' },
      description: 'Bytes by key, in base64.',
    },
    stringData: textMap('Texts by key; write-only, they are put into data.'),
    type: text('What the keys mean; Opaque when nothing is said.'),
    immutable: flag('When true, data cannot be changed; it cannot be unset.'),
  },
  columns: [
    nameColumn,
    {
      name: 'Type',
      type: 'string',
      description: 'Type of the secret.',
      priority: 0,
      cell: (secret) => secret['type'],
    },
    {
      name: 'Data',
      type: 'string',
      description: 'Number of keys.',
      priority: 0,
      cell: (secret) => Object.keys(dataOf(secret)).length,
    },
    ageColumn,
  ],
  hooks: {
    prepareForCreate: encodeStringData,
    prepareForUpdate: (secret, old) => {
      secret['type'] ??= old['type'];
      encodeStringData(secret);
    },
    validate,
    validateUpdate: (secret, old) => [
      ...(secret['type'] === old['type'] ? [] : [invalid('type', secret['type'], 'field is immutable')]),
      ...immutableErrors(secret, old, ['data']),
    ],
  },
});
