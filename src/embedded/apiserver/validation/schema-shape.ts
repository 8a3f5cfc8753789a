import { invalid, type FieldError } from '../status/field-error.ts';
import { isRecord } from '../schema/structural-schema.ts';

interface Shape {
  name: string;
  fits: (value: unknown) => boolean;
}

const string: Shape = { name: 'a string', fits: (value) => typeof value === 'string' };
const number: Shape = { name: 'a number', fits: (value) => typeof value === 'number' };
const boolean: Shape = { name: 'a boolean', fits: (value) => typeof value === 'boolean' };
const object: Shape = { name: 'an object', fits: isRecord };
const list: Shape = { name: 'a list', fits: Array.isArray };
const strings: Shape = { name: 'a list of strings', fits: (value) => listOf(value, string.fits) };
const objects: Shape = { name: 'a list of objects', fits: (value) => listOf(value, isRecord) };
const objectOrBoolean: Shape = {
  name: 'an object or a boolean',
  fits: (value) => isRecord(value) || typeof value === 'boolean',
};
const rules: Shape = {
  name: 'a list of objects, each with a rule',
  fits: (value) => listOf(value, (item) => isRecord(item) && typeof item.rule === 'string'),
};

/** Keywords of JSONSchemaProps (apiextensions.k8s.io/v1) and what their values must be. */
const keywords = new Map<string, Shape>([
  ...entries(string, ['type', 'format', 'pattern', 'title', 'description', '$ref', 'x-kubernetes-list-type']),
  ...entries(string, ['x-kubernetes-map-type']),
  ...entries(number, ['minimum', 'maximum', 'multipleOf', 'minLength', 'maxLength', 'minItems', 'maxItems']),
  ...entries(number, ['minProperties', 'maxProperties']),
  ...entries(boolean, ['nullable', 'uniqueItems', 'exclusiveMinimum', 'exclusiveMaximum']),
  ...entries(boolean, ['x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields']),
  ...entries(boolean, ['x-kubernetes-embedded-resource']),
  ...entries(object, ['properties', 'items', 'not']),
  ...entries(objectOrBoolean, ['additionalProperties']),
  ...entries(objects, ['allOf', 'anyOf', 'oneOf']),
  ...entries(strings, ['required', 'x-kubernetes-list-map-keys']),
  ...entries(list, ['enum']),
  ...entries(rules, ['x-kubernetes-validations']),
]);

function entries(shape: Shape, names: readonly string[]): [string, Shape][] {
  return names.map((name) => [name, shape]);
}

function listOf(value: unknown, fits: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

/** Keywords of one schema whose values are of the wrong type; nothing else about it can be checked before. */
export function shapeErrors(schema: Record<string, unknown>, path: string): FieldError[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const shape = keywords.get(keyword);
    if (shape === undefined || value === undefined || shape.fits(value)) return [];
    return [invalid(`${path}.${keyword}`, value, `must be ${shape.name}`)];
  });
}
