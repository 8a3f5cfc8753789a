import { errorMessage, PlatformError } from '../lib/errors.ts';

/** No request was sent, or no complete answer came. `sent` is false if the server surely saw nothing of it. */
export class NetworkError extends PlatformError {
  readonly sent: boolean;

  constructor(message: string, options: { sent: boolean; cause: unknown }) {
    super('not_ready', message, { cause: options.cause });
    this.name = 'NetworkError';
    this.sent = options.sent;
  }
}

const beforeSending = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];
const aborted = ['AbortError', 'TimeoutError'];

/** Wraps what undici, tls and net throw. An abort by the caller and our own errors pass through. */
export function describeNetworkError(error: unknown, origin: string): unknown {
  if (error instanceof PlatformError || (error instanceof Error && aborted.includes(error.name)))
    return error;
  const code = networkCode(error);
  const text = errorMessage(error);
  const message = code === '' || text.includes(code) ? text : `${text} (${code})`;
  return new NetworkError(`no answer from ${origin}: ${message}`, {
    sent: !beforeSending.includes(code),
    cause: error,
  });
}

/** Happy eyeballs gives an AggregateError whose parts carry the code. */
function networkCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return networkCode(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
