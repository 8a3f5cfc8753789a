import type { KubeObject, ObjectMeta, OwnerReference } from '../../store/stored-object.ts';
import { forbidden, invalid, required, type FieldError } from '../status/field-error.ts';
import { qualifiedNameProblems, validateAnnotations, validateLabels } from './labels.ts';
import { dns1123Label, maskTrailingDash, type NameRule } from './names.ts';

const immutable = 'field is immutable';

/** ObjectMeta of a new object; names are already generated. */
export function validateObjectMeta(meta: ObjectMeta, namespaced: boolean, nameRule: NameRule): FieldError[] {
  const { generateName } = meta;
  return [
    ...(generateName
      ? nameRule(maskTrailingDash(generateName)).map((p) => invalid('metadata.generateName', generateName, p))
      : []),
    ...(meta.name === ''
      ? [required('metadata.name', 'name or generateName is required')]
      : nameRule(meta.name).map((problem) => invalid('metadata.name', meta.name, problem))),
    ...validateNamespaceField(meta, namespaced),
    ...validateCommonMeta(meta),
  ];
}

function validateNamespaceField({ namespace }: ObjectMeta, namespaced: boolean): FieldError[] {
  if (!namespaced) return namespace ? [forbidden('metadata.namespace', 'not allowed on this type')] : [];
  if (!namespace) return [required('metadata.namespace')];
  return dns1123Label(namespace).map((problem) => invalid('metadata.namespace', namespace, problem));
}

function validateCommonMeta(meta: ObjectMeta): FieldError[] {
  return [
    ...validateLabels(meta.labels ?? {}, 'metadata.labels'),
    ...validateAnnotations(meta.annotations ?? {}, 'metadata.annotations'),
    ...validateOwners(meta.ownerReferences ?? []),
    ...validateFinalizers(meta.finalizers ?? []),
  ];
}

/** ObjectMeta of an update: identity cannot change, and a dying object takes no new finalizers. */
export function validateObjectMetaUpdate(next: KubeObject, old: KubeObject): FieldError[] {
  const meta = next.metadata;
  const same = (['name', 'namespace', 'uid', 'creationTimestamp'] as const)
    .filter((field) => meta[field] !== old.metadata[field])
    .map((field) => invalid(`metadata.${field}`, meta[field] ?? '', immutable));
  return [...same, ...validateNewFinalizers(meta, old.metadata), ...validateCommonMeta(meta)];
}

function validateNewFinalizers(next: ObjectMeta, old: ObjectMeta): FieldError[] {
  if (old.deletionTimestamp === undefined) return [];
  const added = (next.finalizers ?? []).filter((name) => !(old.finalizers ?? []).includes(name)).sort();
  if (added.length === 0) return [];
  const list = `[]string{${added.map((name) => JSON.stringify(name)).join(', ')}}`;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [forbidden('metadata.finalizers', detail)];
}

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  const conflicting = finalizers.includes('orphan') && finalizers.includes('foregroundDeletion');
  const detail = 'finalizer orphan and foregroundDeletion cannot be both set';
  return [
    ...finalizers.flatMap((name) =>
      qualifiedNameProblems(name).map((problem) => invalid('metadata.finalizers', name, problem)),
    ),
    ...(conflicting ? [invalid('metadata.finalizers', finalizers, detail)] : []),
  ];
}

function validateOwners(owners: readonly OwnerReference[]): FieldError[] {
  const controllers = owners
    .filter((owner) => owner.controller === true)
    .map(({ kind, name }) => `${kind}/${name}`);
  const clash = `Only one reference can have Controller set to true. Found "true" in references for ${controllers.slice(0, 2).join(' and ')}`;
  return [
    ...owners.flatMap((owner) => validateOwner(owner)),
    ...(controllers.length > 1 ? [invalid('metadata.ownerReferences', owners, clash)] : []),
  ];
}

/** What is left out is empty, as it is for the Kubernetes API server. */
function validateOwner(owner: Partial<OwnerReference>): FieldError[] {
  const field = 'metadata.ownerReferences';
  const version = owner.apiVersion?.split('/').at(-1) ?? '';
  return [
    ...(version === ''
      ? [invalid(`${field}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty')]
      : []),
    ...(['kind', 'name', 'uid'] as const)
      .filter((part) => (owner[part] ?? '') === '')
      .map((part) => invalid(`${field}.${part}`, '', 'must not be empty')),
  ];
}
