/**
 * `$(NAME)` in a pod's arguments and variables: the value of a variable that is there, else the text as it is; `$$` is `$`.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
 */
export function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(values, name) ? (values[name] ?? '') : whole;
  });
}
