import { createHash } from 'node:crypto';
import type { JsonObject } from '../../store/stored-object.ts';
import { serverVersion } from '../discovery/version.ts';
import { apiVersionOf, type ResourceDefinition } from '../resources/resource-definition.ts';
import type { ResourceRegistry } from '../resources/resource-registry.ts';
import { v3 } from './convert-schema.ts';
import { definitions } from './definitions.ts';
import { definitionName, groupVersionKind, resourcePaths } from './names.ts';
import { collectionOperations, itemOperations, operationId, type OperationShape } from './operations.ts';

/** OpenAPI v3 of one group and version (`GET /openapi/v3/apis/<group>/<version>`). */
export function v3Document(kinds: readonly ResourceDefinition[]): JsonObject {
  const paths = kinds.flatMap((kind) => {
    const { collection, item } = resourcePaths(kind);
    return [
      [collection, pathItem(kind, collectionOperations(), `${definitionName(kind)}List`)],
      [item, pathItem(kind, itemOperations(kind), definitionName(kind))],
    ] as const;
  });
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: serverVersion.gitVersion },
    paths: Object.fromEntries(paths),
    components: { schemas: definitions(kinds, v3) },
  };
}

/** `GET /openapi/v3`: where the documents are, with a hash by which clients cache them. */
export function v3Index(registry: ResourceRegistry): JsonObject {
  const versions = [{ group: '', versions: ['v1'] }, ...registry.groups()].flatMap(({ group, versions }) =>
    versions.map((version) => ({ group, version })),
  );
  const paths = versions.map(({ group, version }) => {
    const path = `${group === '' ? 'api' : 'apis'}/${apiVersionOf({ group, version })}`;
    const text = JSON.stringify(v3Document(registry.inVersion(group, version)));
    const hash = createHash('sha256').update(text).digest('hex').toUpperCase();
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(paths) };
}

function pathItem(
  kind: ResourceDefinition,
  operations: readonly OperationShape[],
  answer: string,
): JsonObject {
  return Object.fromEntries(
    operations.map((operation) => [operation.method, toOperation(kind, operation, answer)]),
  );
}

function toOperation(kind: ResourceDefinition, operation: OperationShape, answer: string): JsonObject {
  const schema = { $ref: `${v3.refPrefix}${answer}` };
  const body = Object.fromEntries(operation.consumes.map((type) => [type, { schema: { type: 'object' } }]));
  return {
    operationId: operationId(operation, kind),
    parameters: operation.query.map((name) => ({
      name,
      in: 'query',
      schema: { type: 'string', uniqueItems: true },
    })),
    ...(operation.consumes.length > 0 && { requestBody: { content: body } }),
    responses: { 200: { description: 'OK', content: { 'application/json': { schema } } } },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': groupVersionKind(kind),
  };
}
