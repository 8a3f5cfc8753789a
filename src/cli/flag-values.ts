/** What was given for the flags of one command, defaults included. */
export class FlagValues {
  readonly #given: ReadonlyMap<string, readonly string[]>;
  readonly #defaults: ReadonlyMap<string, string>;

  constructor(
    given: ReadonlyMap<string, readonly string[]>,
    defaults: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#given = given;
    this.#defaults = defaults;
  }

  /** Whether the user wrote it. */
  given(name: string): boolean {
    return this.#given.has(name);
  }

  /** The last one counts. An empty text is the same as none, as in Kubeless. */
  text(name: string): string | undefined {
    const value = this.#given.get(name)?.at(-1) ?? this.#defaults.get(name);
    return value === '' ? undefined : value;
  }

  list(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }

  on(name: string): boolean {
    return this.text(name) === 'true';
  }
}
