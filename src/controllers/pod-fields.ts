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

/** Of every pod of ours: an ordinary user, no token of the API, no list of the namespace's Services in its environment. */
export const leastPrivilege = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  },
} as const;
