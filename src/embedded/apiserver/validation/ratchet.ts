import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../schema/structural-schema.ts';
import type { FieldError } from '../status/field-error.ts';

/**
 * Leaves out errors about what an update does not touch, so that a schema that became stricter does not lock the objects
 * that were there before (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting).
 */
export function ratchet(errors: readonly FieldError[], object: unknown, old: unknown): FieldError[] {
  return errors.filter(({ field, reason }) => {
    const steps = stepsOf(field);
    // A missing field is a fault of the object around it.
    const place = reason === 'FieldValueRequired' ? steps.slice(0, -1) : steps;
    const [now, before] = [valueAt(object, place), valueAt(old, place)];
    return now === undefined || !isDeepStrictEqual(now, before);
  });
}

function stepsOf(field: string): string[] {
  return field.split(/[.[\]]+/).filter((step) => step !== '');
}

function valueAt(root: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, root);
}
