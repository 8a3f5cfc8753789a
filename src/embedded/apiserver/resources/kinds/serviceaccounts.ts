import { flag, mergedList } from '../../schema/meta-schemas.ts';
import { localObjectReference, objectReference } from '../../schema/reference-schemas.ts';
import { ageColumn, nameColumn } from '../../table/builtin-columns.ts';
import { defineBuiltin } from '../builtin.ts';

/** core/v1 ServiceAccount: stored so that manifests apply; it grants nothing, because there is no authorization. */
export const serviceAccounts = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  namespaced: true,
  description: 'ServiceAccount names an identity for programs; it also lists pull secrets.',
  protobuf: { metadata: 1, secrets: 2, imagePullSecrets: 3, automountServiceAccountToken: 4 },
  fields: {
    secrets: mergedList(objectReference('A secret.'), 'Secrets that pods with this account may use.', 'name'),
    imagePullSecrets: {
      ...mergedList(localObjectReference('A secret.'), 'Secrets to pull images with.'),
    },
    automountServiceAccountToken: flag('Whether pods get a token.'),
  },
  columns: [nameColumn, ageColumn],
});
