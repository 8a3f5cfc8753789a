import { lastAppliedAnnotation } from '../kube/apply.ts';

/** Labels of everything that is made for a Function: Kubeless', which users' own tools select by. */
export function ownLabels(functionName: string): Record<string, string> {
  return { 'created-by': 'kubeless', function: functionName };
}

/** What tools have recorded about another object says nothing about this one. */
const records = [lastAppliedAnnotation, 'kubectl.kubernetes.io/last-applied-configuration'];

/** Annotations of an object that go to what is made for it. */
export function copiedAnnotations(
  annotations: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !records.includes(name)));
}
