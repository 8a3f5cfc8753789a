import type { KubeObject } from '../../store/stored-object.ts';
import { validateValue } from '../schema/validate-value.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import { ratchet } from '../validation/ratchet.ts';
import { ruleErrors } from '../validation/rules.ts';
import type { FieldError } from '../status/field-error.ts';
import { invalidObject } from '../status/refusals.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../validation/object-meta.ts';

/** @throws StatusError 422 with all that is wrong with a new object. */
export function validateCreate(object: KubeObject, definition: ResourceDefinition): void {
  const { namespaced, nameRule } = definition;
  refuse(object, definition, [
    ...validateObjectMeta(object.metadata, namespaced, nameRule),
    ...contentErrors(object, definition),
  ]);
}

/** @throws StatusError 422 with all that is wrong with a changed object. */
export function validateUpdate(object: KubeObject, old: KubeObject, definition: ResourceDefinition): void {
  const meta = validateObjectMetaUpdate(object, old);
  const content = contentErrors(object, definition, old);
  // Rules about the change presume that the object itself is well formed.
  const change = content.length === 0 ? (definition.hooks.validateUpdate?.(object, old) ?? []) : [];
  refuse(object, definition, [...meta, ...content, ...change]);
}

function contentErrors(object: KubeObject, definition: ResourceDefinition, old?: KubeObject): FieldError[] {
  const { metadata: _, ...content } = object;
  const schema = validateValue(content, withoutMetadata(definition), '');
  const serious = old && definition.custom ? ratchet(schema, object, old) : schema;
  if (serious.length > 0) return serious;
  return [...customRuleErrors(object, definition, old), ...(definition.hooks.validate?.(object) ?? [])];
}

function customRuleErrors(
  object: KubeObject,
  { custom, schema }: ResourceDefinition,
  old?: KubeObject,
): FieldError[] {
  if (!custom) return [];
  if (!old) return ruleErrors(selfOf(object), schema, { path: '', old: undefined });
  return ratchet(ruleErrors(selfOf(object), schema, { path: '', old: selfOf(old) }), object, old);
}

/** Rules see of the metadata only what cannot change behind their back: the name. */
function selfOf(object: KubeObject): KubeObject {
  const { name, generateName } = object.metadata;
  return { ...object, metadata: { name, ...(generateName !== undefined && { generateName }) } };
}

/** Metadata has its own rules above. */
function withoutMetadata({ schema }: ResourceDefinition): ResourceDefinition['schema'] {
  const { metadata: _, ...properties } = schema.properties ?? {};
  const required = (schema.required ?? []).filter((name) => name !== 'metadata');
  return { ...schema, properties, required };
}

function refuse(object: KubeObject, definition: ResourceDefinition, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject(definition, object.metadata.name, errors);
}
