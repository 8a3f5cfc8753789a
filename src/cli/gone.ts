/** Commands of Kubeless that are not here, by how they begin, and what to do instead. */
const gone: readonly (readonly [words: string, instead: string])[] = [
  ['topic', 'Use the tools of your Kafka'],
  ['trigger kafka', 'Let a consumer of the topic call the function over HTTP'],
  ['trigger nats', 'Let a subscriber of the subject call the function over HTTP'],
  ['trigger kinesis', 'Let a consumer of the stream call the function over HTTP'],
];

/** Undefined for words that were no command of Kubeless either. */
export function goneHint(words: string): string | undefined {
  const found = gone.find(([start]) => words === start || words.startsWith(`${start} `));
  return (
    found && `Kubeless had it, Kontain FAAS has not. ${found[1]}; see docs/guides/moving-from-kubeless.md.`
  );
}
