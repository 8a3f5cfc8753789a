import { errorCatalogue, type ErrorCode } from '../lib/error-catalogue.ts';

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCatalogue, value);
}
