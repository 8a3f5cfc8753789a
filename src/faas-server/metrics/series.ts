import type { FunctionLabels } from './label-limiter.ts';

type Labels = Record<string, string>;

interface Removable {
  remove(labels: Labels): void;
}

/** Remembers which series a function has, since prom-client removes a series only by its whole set of labels. */
export class Series {
  readonly #byFunction = new Map<FunctionLabels, Map<string, [Removable, Labels]>>();

  note(owner: FunctionLabels, [name, metric]: [string, Removable], labels: Labels): void {
    let series = this.#byFunction.get(owner);
    if (!series) this.#byFunction.set(owner, (series = new Map()));
    series.set(`${name}\0${Object.values(labels).join('\0')}`, [metric, labels]);
  }

  remove(owner: FunctionLabels): void {
    for (const [metric, labels] of this.#byFunction.get(owner)?.values() ?? []) metric.remove(labels);
    this.#byFunction.delete(owner);
  }
}
