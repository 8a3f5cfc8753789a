import type { FunctionRequest, FunctionResponse } from './http-objects.ts';
import { BadRequest } from './request-head.ts';

/** First argument of a handler, as Kubeless has it. */
export interface Event {
  'event-type': string | undefined;
  'event-id': string | undefined;
  'event-time': string | undefined;
  'event-namespace': string | undefined;
  /** Parsed if the request is JSON, else text; `{}` without a body. The raw bytes: `extensions.request.body`. */
  data: unknown;
  extensions: Extensions;
}

export interface Extensions {
  readonly request: FunctionRequest;
  readonly response: FunctionResponse;
}

export function makeEvent(
  header: (name: string) => string | undefined,
  body: Buffer,
  extensions: Extensions,
): Event {
  return {
    'event-type': header('event-type'),
    'event-id': header('event-id'),
    'event-time': header('event-time'),
    'event-namespace': header('event-namespace'),
    data: parseData(header('content-type') ?? '', body),
    extensions,
  };
}

function parseData(contentType: string, body: Buffer): unknown {
  if (body.length === 0) return {};
  const text = body.toString('utf8');
  if (contentType.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw Object.assign(new BadRequest('The body is not valid JSON, which its Content-Type says it is'), {
      cause: error,
    });
  }
}
