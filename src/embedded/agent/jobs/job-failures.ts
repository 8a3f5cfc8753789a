import { keyOf } from '../../../kube/objects.ts';
import { statusesOf, type ContainerStatus, type FailurePolicyRule, type Job, type Pod } from '../kinds.ts';

/** What a pod that failed means for its Job, by spec.podFailurePolicy: the first rule that fits decides. */
export type FailureVerdict = { kind: 'count' } | { kind: 'ignore' } | { kind: 'failJob'; message: string };

export function judgeFailure({ spec }: Job, pod: Pod): FailureVerdict {
  const rules = spec.podFailurePolicy?.rules ?? [];
  for (const [index, rule] of rules.entries()) {
    const match = matches(rule, pod);
    if (match === undefined) continue;
    if (rule.action === 'Ignore') return { kind: 'ignore' };
    if (rule.action !== 'FailJob') return { kind: 'count' };
    return { kind: 'failJob', message: `${match} matching FailJob rule at index ${index}` };
  }
  return { kind: 'count' };
}

/** Kubernetes' words for what matched; undefined when the rule does not fit. */
function matches({ onExitCodes, onPodConditions }: FailurePolicyRule, pod: Pod): string | undefined {
  const name = keyOf(pod);
  if (onExitCodes !== undefined) {
    const container = statusesOf(pod).find((status) => fits(onExitCodes, status));
    return (
      container && `Container ${container.name} for pod ${name} failed with exit code ${exitCode(container)}`
    );
  }
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    onPodConditions?.some((wanted) => wanted.type === type && (wanted.status ?? 'True') === status),
  );
  return condition && `Pod ${name} has condition ${condition.type}`;
}

function fits(
  { containerName, operator, values }: NonNullable<FailurePolicyRule['onExitCodes']>,
  { name, state }: ContainerStatus,
): boolean {
  const code = exitCode({ state });
  if (code === 0 || (containerName !== undefined && containerName !== name)) return false;
  return values.includes(code) === (operator === 'In');
}

function exitCode({ state }: Pick<ContainerStatus, 'state'>): number {
  return state.terminated?.exitCode ?? 0;
}
