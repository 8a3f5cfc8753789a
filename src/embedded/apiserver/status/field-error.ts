/** One reason why an object is refused, in the words of Kubernetes' field errors (k8s.io/apimachinery field.Error). */
export interface FieldError {
  /** The `reason` of the cause, such as `FieldValueInvalid`. */
  readonly reason: string;
  readonly field: string;
  /** What follows `field: ` in the message. */
  readonly body: string;
}

function render(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, body: `Invalid value: ${render(value)}: ${detail}` };
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { reason: 'FieldValueTypeInvalid', field, body: `Invalid value: ${render(value)}: ${detail}` };
}

export function required(field: string, detail = ''): FieldError {
  return {
    reason: 'FieldValueRequired',
    field,
    body: detail === '' ? 'Required value' : `Required value: ${detail}`,
  };
}

export function forbidden(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, body: `Forbidden: ${detail}` };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, body: `Duplicate value: ${render(value)}` };
}

export function notSupported(field: string, value: unknown, supported: readonly unknown[]): FieldError {
  const body = `Unsupported value: ${render(value)}: supported values: ${supported.map(render).join(', ')}`;
  return { reason: 'FieldValueNotSupported', field, body };
}

export function tooLong(field: string, maximum: number): FieldError {
  return { reason: 'FieldValueTooLong', field, body: `Too long: may not be more than ${maximum} bytes` };
}

export function tooMany(field: string, actual: number, maximum: number): FieldError {
  const items = maximum === 1 ? 'item' : 'items';
  return {
    reason: 'FieldValueTooMany',
    field,
    body: `Too many: ${actual}: must have at most ${maximum} ${items}`,
  };
}

export function fieldErrorMessage({ field, body }: FieldError): string {
  return `${field}: ${body}`;
}
