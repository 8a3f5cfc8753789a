import { isRecord } from '../schema/structural-schema.ts';
import { invalid, notSupported } from '../status/field-error.ts';
import { badRequest, invalidObject } from '../status/refusals.ts';
import { booleanParameter, integerParameter } from './resource-request.ts';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** meta/v1 DeleteOptions, from the query or the body. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation: Propagation;
}

const policies = ['Background', 'Foreground', 'Orphan'] as const;
const subject = { group: 'meta.k8s.io', plural: '', kind: 'DeleteOptions' };

/** @throws StatusError 400, 422 */
export function deleteOptions(query: URLSearchParams, body: unknown): DeleteOptions {
  const given = body === undefined ? {} : body;
  if (!isRecord(given)) throw badRequest('DeleteOptions must be an object');
  integerParameter(query, 'gracePeriodSeconds');
  const preconditions = isRecord(given['preconditions']) ? given['preconditions'] : {};
  const { uid, resourceVersion } = preconditions;
  return {
    dryRun: isDryRun(given['dryRun'] ?? query.getAll('dryRun')),
    ...(typeof uid === 'string' && { uid }),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
    propagation: propagationPolicy(query, given),
  };
}

function isDryRun(values: unknown): boolean {
  const list: unknown[] = Array.isArray(values) ? values : [values];
  if (list.some((value) => value !== 'All'))
    throw invalidObject(subject, '', [notSupported('dryRun', values, ['All'])]);
  return list.length > 0;
}

function propagationPolicy(query: URLSearchParams, body: Record<string, unknown>): Propagation {
  const orphan = body['orphanDependents'] ?? booleanParameter(query, 'orphanDependents');
  const policy = body['propagationPolicy'] ?? query.get('propagationPolicy');
  if (typeof orphan === 'boolean') {
    if (policy)
      throw invalidObject(subject, '', [
        invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
      ]);
    return orphan ? 'Orphan' : 'Background';
  }
  if (policy === null || policy === undefined || policy === '') return 'Background';
  const known = policies.find((name) => name === policy);
  if (!known)
    throw invalidObject(subject, '', [notSupported('propagationPolicy', policy, [...policies, 'nil'])]);
  return known;
}
