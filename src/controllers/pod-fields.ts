/** As a pod's container has it; the configuration also takes skopeo's notation. */
export function podImage(name: string): string {
  return name.replace(/^docker:\/\//, '');
}

/** A pod expands $(NAME) in arguments, and reads $$ as $: https://kubernetes.io/docs/tasks/inject-data-application */
export function literalArguments(args: readonly string[]): string[] {
  return args.map(literalText);
}

export function literalText(text: string): string {
  return text.replaceAll('$', '$$$$');
}
