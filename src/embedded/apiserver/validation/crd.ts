import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../store/stored-object.ts';
import { crdSpec } from '../resources/crd-status.ts';
import type { CrdNames, CrdSpec, CrdVersion } from '../resources/crd-types.ts';
import { parseJsonPath } from '../table/jsonpath.ts';
import { duplicate, invalid, notSupported, required, type FieldError } from '../status/field-error.ts';
import { dns1035Label, dns1123Subdomain } from './names.ts';
import { structuralErrors } from './structural.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];

export function validateCrd(crd: KubeObject): FieldError[] {
  const spec = crdSpec(crd);
  return [
    ...nameErrors(crd.metadata.name, spec),
    ...(['Cluster', 'Namespaced'].includes(spec.scope)
      ? []
      : [notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced'])]),
    ...approvalErrors(crd, spec),
    ...conversionErrors(spec),
    ...versionListErrors(spec.versions),
    ...spec.versions.flatMap((version, index) => versionErrors(version, `spec.versions[${index}]`)),
  ];
}

function nameErrors(name: string, { group, names }: CrdSpec): FieldError[] {
  const expected = `${names.plural}.${group}`;
  const detail = 'must be spec.names.plural+"."+spec.group';
  return [
    ...(name === expected ? [] : [invalid('metadata.name', name, detail)]),
    ...dns1123Subdomain(group).map((problem) => invalid('spec.group', group, problem)),
    ...(group.includes('.')
      ? []
      : [invalid('spec.group', group, 'should be a domain with at least one dot')]),
    ...namesErrors(names),
  ];
}

const approval = 'api-approved.kubernetes.io';

/** Groups of the Kubernetes project need its approval. */
function approvalErrors({ metadata }: KubeObject, { group }: CrdSpec): FieldError[] {
  const isProtected = ['k8s.io', 'kubernetes.io'].some(
    (domain) => group === domain || group.endsWith(`.${domain}`),
  );
  if (!isProtected || metadata.annotations?.[approval]) return [];
  const detail = `protected groups must have approval annotation "${approval}", see https://github.com/kubernetes/enhancements/pull/1111`;
  return [required(`metadata.annotations[${approval}]`, detail)];
}

function namesErrors({ plural, singular, kind, listKind, shortNames = [] }: CrdNames): FieldError[] {
  const check = (field: string, name: string): FieldError[] =>
    dns1035Label(name).map((problem) => invalid(`spec.names.${field}`, name, problem));
  return [
    ...check('plural', plural),
    ...check('singular', singular ?? ''),
    ...check('kind', kind.toLowerCase()),
    ...check('listKind', (listKind ?? '').toLowerCase()),
    ...shortNames.flatMap((name, index) => check(`shortNames[${index}]`, name)),
    ...(kind === listKind
      ? [invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same')]
      : []),
  ];
}

function conversionErrors({ conversion, preserveUnknownFields }: CrdSpec): FieldError[] {
  const strategy = conversion?.strategy ?? 'None';
  const detail = 'must be false in order to use defaults in the schema';
  return [
    ...(strategy === 'None' ? [] : [notSupported('spec.conversion.strategy', strategy, ['None'])]),
    ...(preserveUnknownFields === true ? [invalid('spec.preserveUnknownFields', true, detail)] : []),
  ];
}

function versionListErrors(versions: readonly CrdVersion[]): FieldError[] {
  const stored = versions.filter(({ storage }) => storage).length;
  const names = versions.map(({ name }) => name);
  const detail = 'must have exactly one version marked as storage version';
  return [
    ...(versions.length === 0 ? [required('spec.versions', 'at least one version is needed')] : []),
    ...(stored === 1
      ? []
      : [
          invalid(
            'spec.versions',
            versions.map(({ name }) => name),
            detail,
          ),
        ]),
    ...names.flatMap((name, index) =>
      names.indexOf(name) < index ? [duplicate(`spec.versions[${index}].name`, name)] : [],
    ),
  ];
}

function versionErrors(version: CrdVersion, path: string): FieldError[] {
  const schema = version.schema?.openAPIV3Schema;
  const schemaPath = `${path}.schema.openAPIV3Schema`;
  return [
    ...dns1035Label(version.name).map((problem) => invalid(`${path}.name`, version.name, problem)),
    ...(schema ? structuralErrors(schema, schemaPath) : [required(schemaPath, 'schemas are required')]),
    ...(version.additionalPrinterColumns ?? []).flatMap((column, index) => {
      const field = `${path}.additionalPrinterColumns[${index}]`;
      return [
        ...(columnTypes.includes(column.type)
          ? []
          : [notSupported(`${field}.type`, column.type, columnTypes)]),
        ...jsonPathErrors(column.jsonPath, `${field}.jsonPath`),
      ];
    }),
    ...(version.subresources?.scale ? [notSupported(`${path}.subresources`, 'scale', ['status'])] : []),
  ];
}

function jsonPathErrors(path: string, field: string): FieldError[] {
  if (!path.startsWith('.')) return [invalid(field, path, 'must be a simple json path starting with .')];
  try {
    parseJsonPath(path);
    return [];
  } catch (error) {
    return [invalid(field, path, error instanceof Error ? error.message : 'is no JSON path')];
  }
}

/** Names and scope are part of where objects are stored. */
export function validateCrdUpdate(crd: KubeObject, old: KubeObject): FieldError[] {
  const [next, before] = [crdSpec(crd), crdSpec(old)];
  const detail = 'field is immutable';
  return [
    ...(next.group === before.group ? [] : [invalid('spec.group', next.group, detail)]),
    ...(next.scope === before.scope ? [] : [invalid('spec.scope', next.scope, detail)]),
    ...(next.names.plural === before.names.plural
      ? []
      : [invalid('spec.names.plural', next.names.plural, detail)]),
    ...(next.names.kind === before.names.kind ? [] : [invalid('spec.names.kind', next.names.kind, detail)]),
    ...removedStoredVersions(crd, next),
  ];
}

function removedStoredVersions(crd: KubeObject, { versions }: CrdSpec): FieldError[] {
  const stored = (crd['status'] as { storedVersions?: readonly string[] } | undefined)?.storedVersions ?? [];
  return stored.flatMap((name, index) =>
    versions.some((version) => version.name === name)
      ? []
      : [
          invalid(
            `status.storedVersions[${index}]`,
            name,
            'missing from spec.versions; objects may be stored in it',
          ),
        ],
  );
}

/** Same text as upstream, which clients such as kubectl show. */
export function crdWarnings(crd: KubeObject): string[] {
  const { names } = crdSpec(crd);
  return isDeepStrictEqual(names.shortNames ?? [], [...new Set(names.shortNames ?? [])])
    ? []
    : ['spec.names.shortNames: has duplicates'];
}
