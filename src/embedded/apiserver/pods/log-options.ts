import { forbidden, invalid, type FieldError } from '../status/field-error.ts';
import { badRequest, invalidObject } from '../status/refusals.ts';
import { booleanParameter, integerParameter } from '../verbs/resource-request.ts';

/** core/v1 PodLogOptions. */
export interface LogOptions {
  readonly container: string;
  readonly follow: boolean;
  /** Of the run before this one. */
  readonly previous: boolean;
  /** Each line begins with its time. */
  readonly timestamps: boolean;
  /** Only the last so many lines of what is there at the beginning. */
  readonly tailLines?: number;
  /** Ends after so many bytes. */
  readonly limitBytes?: number;
  /** Milliseconds since the epoch: only what was printed from then on. */
  readonly since?: number;
}

/** @throws StatusError 400 and 422 with upstream's sentences. */
export function parseLogOptions(query: URLSearchParams, pod: string, now: number): LogOptions {
  const flag = (name: string) => booleanParameter(query, name) ?? false;
  const numbers = numbersIn(query, pod);
  const since = sinceOf(query, now);
  return {
    container: query.get('container') ?? '',
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    ...numbers,
    ...(since === undefined ? {} : { since }),
  };
}

function numbersIn(query: URLSearchParams, pod: string): Pick<LogOptions, 'tailLines' | 'limitBytes'> {
  const tailLines = integerParameter(query, 'tailLines');
  const limitBytes = integerParameter(query, 'limitBytes');
  const seconds = integerParameter(query, 'sinceSeconds');
  const errors = [
    ...atLeast('tailLines', tailLines, 0),
    ...atLeast('limitBytes', limitBytes, 1),
    ...atLeast('sinceSeconds', seconds, 1),
    ...(seconds !== undefined && query.has('sinceTime')
      ? [forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified')]
      : []),
  ];
  if (errors.length > 0)
    throw invalidObject({ group: '', plural: 'pods', kind: 'PodLogOptions' }, pod, errors);
  return {
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

function sinceOf(query: URLSearchParams, now: number): number | undefined {
  const seconds = integerParameter(query, 'sinceSeconds');
  return seconds === undefined ? parseTime(query.get('sinceTime') ?? '') : now - seconds * 1000;
}

function atLeast(field: string, value: number | undefined, minimum: 0 | 1): FieldError[] {
  if (value === undefined || value >= minimum) return [];
  const rule = minimum === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0';
  return [invalid(field, value, rule)];
}

function parseTime(text: string): number | undefined {
  if (text === '') return undefined;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw badRequest(`sinceTime: ${JSON.stringify(text)} is no RFC 3339 time`);
  return time;
}
