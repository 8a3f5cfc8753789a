import type { FailedBuild } from '../../api/function-status.ts';
import { FunctionFailure, type FailureReason } from '../failure.ts';
import { checkMark, type CheckPlan } from './check-plan.ts';

/** What is remembered of a build that only a change helps: the Job that tells it is gone some day. */
export function rememberFailure(
  signature: string,
  check: CheckPlan | undefined,
  { reason, message, log = '' }: FunctionFailure,
): FailedBuild {
  return { signature, check: checkMark(check), reason, message, log };
}

/** Why there is no use in making a build, if it is the one that failed. */
export function rememberedFailure(
  failed: FailedBuild | undefined,
  signature: string,
  check: CheckPlan | undefined,
): FunctionFailure | undefined {
  if (failed?.signature !== signature || failed.check !== checkMark(check)) return undefined;
  const { reason, message, log } = failed;
  return new FunctionFailure(reason as FailureReason, message, {
    retry: false,
    ...(log === '' ? {} : { log }),
  });
}
