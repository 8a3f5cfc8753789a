import type { ResourceDefinition } from '../resources/resource-definition.ts';
import { patchTypes } from '../verbs/patch.ts';

export interface OperationShape {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** x-kubernetes-action. */
  readonly action: string;
  readonly query: readonly string[];
  /** Media types of the body; empty when there is none. */
  readonly consumes: readonly string[];
}

const jsonTypes = ['application/json', 'application/yaml'];
const writes = ['dryRun', 'fieldManager', 'fieldValidation'];
const reads = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'watch',
  'timeoutSeconds',
];

export function collectionOperations(): OperationShape[] {
  return [
    { method: 'get', action: 'list', query: reads, consumes: [] },
    { method: 'post', action: 'post', query: writes, consumes: jsonTypes },
    { method: 'delete', action: 'deletecollection', query: ['dryRun', ...reads], consumes: jsonTypes },
  ];
}

/** kubectl reads from the patch operation whether dry run, field validation and strategic merge patches are served. */
export function itemOperations(definition: ResourceDefinition): OperationShape[] {
  return [
    { method: 'get', action: 'get', query: [], consumes: [] },
    { method: 'put', action: 'put', query: writes, consumes: jsonTypes },
    { method: 'patch', action: 'patch', query: writes, consumes: patchTypes(definition) },
    { method: 'delete', action: 'delete', query: ['dryRun', 'propagationPolicy'], consumes: jsonTypes },
  ];
}

export function operationId(
  { action }: OperationShape,
  { group, version, kind }: ResourceDefinition,
): string {
  const name = group === '' ? 'core' : (group.split('.')[0] ?? '');
  const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
  return `${action}${capital(name)}${capital(version)}${kind}`;
}
