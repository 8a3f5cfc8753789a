import { printable } from '../tar/tar-error.ts';

export interface Note {
  /** What was left out or changed, and why. */
  reason: string;
  count: number;
  /** The first file it happened to. */
  example: string;
}

/** What unpacking changed about an image: one line a reason, however many files there are. */
export class Notes {
  readonly #notes = new Map<string, Note>();

  add(reason: string, path: string): void {
    const note = this.#notes.get(reason);
    if (note === undefined) this.#notes.set(reason, { reason, count: 1, example: printable(path) });
    else note.count += 1;
  }

  list(): Note[] {
    return [...this.#notes.values()];
  }
}
