import { fieldErrorMessage, type FieldError } from './field-error.ts';
import { StatusError, type StatusDetails } from './status-error.ts';

/** What a refusal is about; messages name `<plural>.<group>`, validation messages `<Kind>.<group>`. */
export interface Subject {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

export function qualified(name: string, group: string): string {
  return group === '' ? name : `${name}.${group}`;
}

function about({ group, plural }: Subject, name: string): StatusDetails {
  return { name, ...(group !== '' && { group }), kind: plural };
}

export function badRequest(message: string): StatusError {
  return new StatusError({ code: 400, reason: 'BadRequest', message });
}

export function unauthorized(): StatusError {
  return new StatusError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
}

export function forbiddenBecause(subject: Subject, name: string, why: string, cause?: string): StatusError {
  const message = `${qualified(subject.plural, subject.group)} ${JSON.stringify(name)} is forbidden: ${why}`;
  const causes =
    cause === undefined ? {} : { causes: [{ reason: cause, message: why, field: 'metadata.namespace' }] };
  return new StatusError({
    code: 403,
    reason: 'Forbidden',
    message,
    details: { ...about(subject, name), ...causes },
  });
}

export function notFound(subject: Subject, name: string): StatusError {
  const message = `${qualified(subject.plural, subject.group)} ${JSON.stringify(name)} not found`;
  return new StatusError({ code: 404, reason: 'NotFound', message, details: about(subject, name) });
}

/** For a path that nothing is served at: an unknown kind, version or subresource. */
export function noSuchResource(): StatusError {
  const message = 'the server could not find the requested resource';
  return new StatusError({ code: 404, reason: 'NotFound', message, details: {} });
}

export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError({ code: 405, reason: 'MethodNotAllowed', message, details: {} });
}

export function notAcceptable(types: readonly string[]): StatusError {
  const message = `only the following media types are accepted: ${types.join(', ')}`;
  return new StatusError({ code: 406, reason: 'NotAcceptable', message });
}

export function alreadyExists(subject: Subject, name: string): StatusError {
  const message = `${qualified(subject.plural, subject.group)} ${JSON.stringify(name)} already exists`;
  return new StatusError({ code: 409, reason: 'AlreadyExists', message, details: about(subject, name) });
}

export function conflict(subject: Subject, name: string, why: string): StatusError {
  const resource = qualified(subject.plural, subject.group);
  const message = `Operation cannot be fulfilled on ${resource} ${JSON.stringify(name)}: ${why}`;
  return new StatusError({ code: 409, reason: 'Conflict', message, details: about(subject, name) });
}

export const modifiedMeanwhile =
  'the object has been modified; please apply your changes to the latest version and try again';

export function expired(message: string): StatusError {
  return new StatusError({ code: 410, reason: 'Expired', message });
}

export function tooLarge(limit: number): StatusError {
  const message = `Request entity too large: limit is ${limit}`;
  return new StatusError({ code: 413, reason: 'RequestEntityTooLarge', message });
}

export function unsupportedMediaType(message: string): StatusError {
  return new StatusError({ code: 415, reason: 'UnsupportedMediaType', message });
}

export function invalidObject(subject: Subject, name: string, errors: readonly FieldError[]): StatusError {
  const { group, kind } = subject;
  const list = errors.map(fieldErrorMessage);
  const what = list.length === 1 ? list.join('') : `[${list.join(', ')}]`;
  const causes = errors.map(({ reason, body, field }) => ({ reason, message: body, field }));
  return new StatusError({
    code: 422,
    reason: 'Invalid',
    message: `${qualified(kind, group)} ${JSON.stringify(name)} is invalid: ${what}`,
    details: { ...(name !== '' && { name }), ...(group !== '' && { group }), kind, causes },
  });
}

/** A well-formed request whose content cannot be applied (a JSON patch that does not fit, for example). */
export function unprocessable(message: string): StatusError {
  return new StatusError({ code: 422, reason: 'Invalid', message });
}

export function internalError(message: string): StatusError {
  const details = { causes: [{ message }] };
  return new StatusError({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${message}`,
    details,
  });
}
