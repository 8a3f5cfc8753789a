export type SchemaType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

/** A rule in CEL over `self` and `oldSelf` (`x-kubernetes-validations`). */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/**
 * A structural OpenAPI v3 schema: JSONSchemaProps of apiextensions.k8s.io/v1 without what that API forbids.
 * Custom resources bring theirs in the CRD; built-in kinds state theirs in `resources/kinds`.
 */
export interface StructuralSchema {
  readonly type?: SchemaType;
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: StructuralSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly allOf?: readonly StructuralSchema[];
  readonly anyOf?: readonly StructuralSchema[];
  readonly oneOf?: readonly StructuralSchema[];
  readonly not?: StructuralSchema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'granular' | 'atomic';
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  /** Built-in kinds only: how a strategic merge patch treats the list. */
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  /** Built-in kinds only: the field's number in upstream's protobuf message. */
  readonly 'x-protobuf-tag'?: number;
  /** Protobuf only: fields that the schema does not name are refused. */
  readonly 'x-protobuf-strict'?: boolean;
  /** Protobuf only: the fields of this message are the object's own in JSON. */
  readonly 'x-protobuf-inline'?: boolean;
  /** Protobuf only: whether zero and false are values, as they are only written where somebody set them. */
  readonly 'x-protobuf-optional'?: boolean;
  /** Protobuf only: a message whose field 1 is the value. */
  readonly 'x-protobuf-wrapped'?: boolean;
  /** Built-in kinds only: to what a time is cut, as metav1.Time and metav1.MicroTime are. */
  readonly 'x-time-precision'?: 'seconds' | 'microseconds';
  /** Built-in kinds only: the shared definition that OpenAPI refers to, such as ObjectMeta. */
  readonly 'x-definition'?: string;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema of a property: a declared one, or that of `additionalProperties`. */
export function propertySchema(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  const declared =
    schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  if (declared) return declared;
  return isRecord(schema.additionalProperties) ? schema.additionalProperties : undefined;
}

/** True when an object may have properties that the schema does not name. */
export function allowsUnknown(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true || Boolean(schema.additionalProperties);
}

export function childPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
