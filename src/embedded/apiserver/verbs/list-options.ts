import { errorMessage } from '../../../lib/errors.ts';
import type { KubeObject } from '../../store/stored-object.ts';
import type { ResourceDefinition } from '../resources/resource-definition.ts';
import { matchesFields, parseFieldSelector, type FieldTerm } from '../selectors/field-selector.ts';
import { matchesLabels, parseLabelSelector, type Requirement } from '../selectors/label-selector.ts';
import { badRequest } from '../status/refusals.ts';

export interface Selection {
  readonly labels: readonly Requirement[];
  readonly fields: readonly FieldTerm[];
}

/** @throws StatusError 400 for selectors that do not parse or name an unknown field. */
export function selection(query: URLSearchParams, definition: ResourceDefinition): Selection {
  const labels = parsed(() => parseLabelSelector(query.get('labelSelector') ?? ''));
  const fields = parsed(() => parseFieldSelector(query.get('fieldSelector') ?? ''));
  const known = [
    'metadata.name',
    ...(definition.namespaced ? ['metadata.namespace'] : []),
    ...definition.selectableFields,
  ];
  const unknown = fields.find(({ field }) => !known.includes(field));
  if (unknown)
    throw badRequest(`field label not supported: ${unknown.field} (supported: ${known.join(', ')})`);
  return { labels, fields };
}

function parsed<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw badRequest(errorMessage(error));
  }
}

export function isSelected(object: KubeObject, { labels, fields }: Selection): boolean {
  return matchesLabels(labels, object.metadata.labels ?? {}) && matchesFields(fields, object);
}

export function isEverything({ labels, fields }: Selection): boolean {
  return labels.length === 0 && fields.length === 0;
}
