import { serverVersion } from '../discovery/version.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import { v2 } from './convert-schema.ts';
import { definitions, type KindSchema } from './definitions.ts';
import { groupVersionKind, resourcePaths } from './names.ts';
import { collectionOperations, itemOperations, operationId, type OperationShape } from './operations.ts';

export interface V2Parameter {
  readonly in: 'query';
  readonly name: string;
  readonly type: 'string';
}

export interface V2Operation {
  readonly operationId: string;
  readonly consumes: readonly string[];
  readonly parameters: readonly V2Parameter[];
  readonly responses: object;
  readonly 'x-kubernetes-action': string;
  readonly 'x-kubernetes-group-version-kind': object;
}

export interface V2Document {
  readonly swagger: '2.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, V2Operation>>>>;
  readonly definitions: Readonly<Record<string, KindSchema>>;
}

/** OpenAPI v2 of all kinds (`GET /openapi/v2`). */
export function v2Document(kinds: readonly ResourceDefinition[]): V2Document {
  const paths = kinds.flatMap((kind) => {
    const { collection, item } = resourcePaths(kind);
    return [
      [collection, pathItem(kind, collectionOperations())],
      [item, pathItem(kind, itemOperations(kind))],
    ] as const;
  });
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: serverVersion.gitVersion },
    paths: Object.fromEntries(paths),
    definitions: definitions(kinds, v2),
  };
}

function pathItem(
  kind: ResourceDefinition,
  operations: readonly OperationShape[],
): Record<string, V2Operation> {
  return Object.fromEntries(operations.map((operation) => [operation.method, toOperation(kind, operation)]));
}

function toOperation(kind: ResourceDefinition, operation: OperationShape): V2Operation {
  return {
    operationId: operationId(operation, kind),
    consumes: operation.consumes,
    parameters: operation.query.map((name) => ({ in: 'query', name, type: 'string' })),
    responses: {},
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': groupVersionKind(kind),
  };
}
