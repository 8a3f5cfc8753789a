import type { KubeObject } from '../../store/stored-object.ts';
import type { StructuralSchema } from '../schema/structural-schema.ts';
import type { FieldError } from '../status/field-error.ts';
import type { NameRule } from '../validation/names.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description: string;
  /** 0 is always shown, 1 only with `-o wide`. */
  readonly priority: number;
  /** The cell; null when there is nothing to show. `now` is in milliseconds since the epoch. */
  readonly cell: (object: KubeObject, now: number) => unknown;
}

/** What makes a kind differ from plain storage. Every member is optional; all run before the write. */
export interface ResourceHooks {
  /** Fills in what the server owns, in place. */
  readonly prepareForCreate?: (object: KubeObject, now: string) => void;
  /** Carries over or computes what the client may not set, in place. */
  readonly prepareForUpdate?: (object: KubeObject, old: KubeObject, now: string) => void;
  readonly validate?: (object: KubeObject) => FieldError[];
  readonly validateUpdate?: (object: KubeObject, old: KubeObject) => FieldError[];
  /** Warnings for the caller (RFC 9111 `Warning: 299`). */
  readonly warnings?: (object: KubeObject) => string[];
}

/** One kind in one version, built-in or from a CRD: everything that the generic verbs, discovery and OpenAPI need. */
export interface ResourceDefinition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Custom resources keep apiVersion and kind in lists, and conflict on updates without a resourceVersion. */
  readonly custom: boolean;
  readonly description: string;
  readonly schema: StructuralSchema;
  /** By which protobuf is read, if that schema does not say so. */
  readonly protobufSchema?: StructuralSchema;
  readonly columns: readonly PrinterColumn[];
  readonly statusSubresource: boolean;
  /** `metadata.generation` counts changes outside metadata and status. */
  readonly tracksGeneration: boolean;
  readonly nameRule: NameRule;
  readonly allowCreateOnUpdate: boolean;
  readonly allowUnconditionalUpdate: boolean;
  /** Paths a field selector may name, beside metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  /** `<group>/<plural>` under which objects are stored; two versions of one kind share it. */
  readonly storage: string;
  /** Between the stored form and this version. */
  readonly fromStorage: (stored: KubeObject) => KubeObject;
  readonly toStorage: (object: KubeObject) => KubeObject;
  readonly hooks: ResourceHooks;
}

export function apiVersionOf({ group, version }: Pick<ResourceDefinition, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}
