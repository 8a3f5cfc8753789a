/** Labels of everything that is made for a Function: Kubeless', which users' own tools select by. */
export function ownLabels(functionName: string): Record<string, string> {
  return { 'created-by': 'kubeless', function: functionName };
}
