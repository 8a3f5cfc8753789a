import { errorMessage } from '../../../lib/errors.ts';
import type { KubeObject } from '../../store/stored-object.ts';
import { applyDefaults } from '../schema/defaults.ts';
import { omitEmpty } from '../schema/omit-empty.ts';
import { pruneUnknown } from '../schema/prune.ts';
import { isRecord } from '../schema/structural-schema.ts';
import { normalizeTimes } from '../schema/times.ts';
import { validateValue } from '../schema/validate-value.ts';
import { apiVersionOf, type ResourceDefinition } from '../resources/resource-definition.ts';
import { fieldErrorMessage, invalid, type FieldError } from '../status/field-error.ts';
import { badRequest, invalidObject } from '../status/refusals.ts';
import { refuseUnknownFields, type FieldValidation } from './write-options.ts';

export interface Decoded {
  readonly object: KubeObject;
  readonly warnings: string[];
}

/**
 * Turns what a client sent into an object of the kind: type checked, unknown fields pruned (or refused), defaults filled in.
 * What is wrong with well-typed values is found later, by validation.
 * @throws StatusError 400
 */
export function decodeObject(
  input: unknown,
  definition: ResourceDefinition,
  level: FieldValidation,
): Decoded {
  const object = checkTypeMeta(input, definition);
  // Built-in kinds and all metadata read null as absent; in custom resources null is a value.
  dropNulls(definition.custom ? object.metadata : object);
  checkTypes(object, definition);
  normalize(object, definition);
  const unknown = pruneUnknown(object, definition.schema);
  if (unknown.length > 0 && level === 'Strict')
    refuseUnknownFields(unknown, definition.kind, definition.version);
  applyDefaults(object, definition.schema);
  const warnings = level === 'Warn' ? unknown.map((field) => `unknown field ${JSON.stringify(field)}`) : [];
  return { object, warnings };
}

function checkTypeMeta(input: unknown, definition: ResourceDefinition): KubeObject {
  if (!isRecord(input)) throw badRequest(cannotHandle(definition, 'the body must be one object'));
  const { apiVersion, kind, metadata = {} } = input;
  checkApiVersion(apiVersion ?? '', definition);
  if (!isRecord(metadata)) throw badRequest(cannotHandle(definition, 'metadata must be an object'));
  const name = metadata['name'] ?? '';
  checkKind(kind ?? '', definition, text(name));
  const named = { ...metadata, name };
  return {
    ...input,
    apiVersion: apiVersionOf(definition),
    kind: definition.kind,
    metadata: named,
  } as KubeObject;
}

/** Upstream finds a wrong kind of a custom resource in validation, that of a built-in one when it decodes. */
function checkKind(kind: unknown, definition: ResourceDefinition, name: string): void {
  if (kind === '' && definition.custom) throw badRequest("Object 'Kind' is missing in the request body");
  if (kind === '' || kind === definition.kind) return;
  if (definition.custom) {
    throw invalidObject(definition, name, [invalid('kind', kind, `must be ${definition.kind}`)]);
  }
  const version = JSON.stringify(definition.version);
  throw badRequest(`${text(kind)} in version ${version} cannot be handled as a ${definition.kind}`);
}

function checkApiVersion(apiVersion: unknown, definition: ResourceDefinition): void {
  const expected = apiVersionOf(definition);
  if (apiVersion === '' || apiVersion === expected) return;
  const given = text(apiVersion);
  const mismatch = `the API version in the data (${given}) does not match the expected API version (${expected})`;
  throw badRequest(definition.custom ? mismatch : cannotHandle(definition, mismatch));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function cannotHandle({ kind, version }: ResourceDefinition, why: string): string {
  return `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`;
}

function dropNulls(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) dropNulls(item);
  if (!isRecord(value)) return;
  for (const [name, child] of Object.entries(value)) {
    if (child === null) delete value[name];
    else dropNulls(child);
  }
}

/** The form in which upstream's Go types would write it; in custom resources that is metadata only. */
function normalize(object: KubeObject, definition: ResourceDefinition): void {
  const { custom, schema } = definition;
  const part = custom ? object.metadata : object;
  const partSchema = custom ? (schema.properties?.['metadata'] ?? {}) : schema;
  try {
    normalizeTimes(part, partSchema);
  } catch (error) {
    throw badRequest(cannotHandle(definition, `parsing time: ${errorMessage(error)}`));
  }
  omitEmpty(part, partSchema);
}

/** Wrong types cannot be decoded upstream (400); in custom resources that holds for metadata only, the rest is validation (422). */
function checkTypes(object: KubeObject, definition: ResourceDefinition): void {
  const metadata = definition.schema.properties?.['metadata'] ?? {};
  const errors = definition.custom
    ? validateValue(object.metadata, metadata, 'metadata')
    : validateValue(object, definition.schema, '');
  const wrong = errors.filter(isTypeError).map(fieldErrorMessage);
  if (wrong.length > 0) throw badRequest(cannotHandle(definition, `json: ${wrong.join(', ')}`));
}

function isTypeError({ reason }: FieldError): boolean {
  return reason === 'FieldValueTypeInvalid';
}
