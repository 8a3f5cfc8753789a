import * as z from 'zod';

/**
 * A Kubernetes object inside one of ours, kept as it was written: Kubeless clients send every field, explicit nulls
 * included, and newer Kubernetes versions add fields that we must not drop.
 */
export function embeddedObject(description: string) {
  return z.looseObject({}).meta({ description, 'x-kubernetes-preserve-unknown-fields': true }).nullable();
}

/** Any JSON value at all. */
export function anyJson(description: string) {
  return z.unknown().meta({ description, nullable: true, 'x-kubernetes-preserve-unknown-fields': true });
}
