export interface FunctionLabels {
  namespace: string;
  function: string;
}

/** For calls of functions that do not exist, and for those beyond the limit. */
export const unknownFunction: FunctionLabels = { namespace: '_unknown', function: '_unknown' };
export const otherFunctions: FunctionLabels = { namespace: '_other', function: '_other' };

/** Keeps the number of functions that have series of their own bounded; the rest shares one label value. */
export class LabelLimiter {
  readonly #max: number;
  readonly #known = new Map<string, FunctionLabels>();

  constructor(max: number) {
    this.#max = max;
  }

  labels(namespace: string | null, name: string | null): FunctionLabels {
    if (namespace === null || name === null) return unknownFunction;
    const key = `${namespace}/${name}`;
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#known.size >= this.#max) return otherFunctions;
    const labels = { namespace, function: name };
    this.#known.set(key, labels);
    return labels;
  }

  /** The labels that are free again; undefined when the function had none of its own. */
  remove(namespace: string, name: string): FunctionLabels | undefined {
    const key = `${namespace}/${name}`;
    const labels = this.#known.get(key);
    this.#known.delete(key);
    return labels;
  }
}

const standardMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Callers choose methods freely: what is not standard shares one label value. */
export function methodLabel(method: string): string {
  return standardMethods.has(method) ? method : 'other';
}
