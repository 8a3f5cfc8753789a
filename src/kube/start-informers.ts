type Startable = AsyncDisposable & { start(): void };

/** Starts informers that one user needs together; they end together, too. */
export function startInformers<T extends Readonly<Record<string, Startable>>>(
  informers: T,
): T & AsyncDisposable {
  const all = Object.values(informers);
  for (const informer of all) informer.start();
  return {
    ...informers,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((informer) => informer[Symbol.asyncDispose]()));
    },
  };
}
