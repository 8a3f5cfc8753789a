/** Matches answers from another process to the questions they belong to. */
export class Questions<Answer> {
  readonly #open = new Map<number, (answer: Answer) => void>();
  #count = 0;

  /** Resolves with the answer to what `send` sent under the number it was given. */
  ask(send: (ask: number) => void): Promise<Answer> {
    this.#count += 1;
    const ask = this.#count;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#open.set(ask, resolve);
    send(ask);
    return promise;
  }

  answer(ask: number, answer: Answer): void {
    this.#open.get(ask)?.(answer);
    this.#open.delete(ask);
  }

  /** Answers all that are open, because nobody else will. */
  answerAll(answer: Answer): void {
    for (const resolve of this.#open.values()) resolve(answer);
    this.#open.clear();
  }
}
