import { ReconcileFailure, toFailure as asFailure } from '../kube/reconcile-failure.ts';

/** Reasons of the condition Ready of a Function: one word for programs. */
export type FailureReason =
  | 'InvalidSpec'
  | 'InvalidConfiguration'
  | 'UnknownRuntime'
  | 'UnknownBuild'
  | 'Unsupported'
  | 'NoRegistry'
  | 'RegistryFailed'
  | 'SourceFailed'
  | 'DependenciesFailed'
  | 'CompileFailed'
  | 'LoadFailed'
  | 'PushFailed'
  | 'BuildFailed'
  | 'BuildTimeout'
  | 'DiskFull'
  | 'Conflict'
  | 'PullFailed'
  | 'InternalError';

/** Why a Function is not ready, in the words that its author reads. */
export const FunctionFailure = ReconcileFailure<FailureReason>;
export type FunctionFailure = ReconcileFailure<FailureReason>;

export function toFailure(reason: FailureReason, cause: unknown, retry = true): FunctionFailure {
  return asFailure(reason, cause, retry);
}

/** What goes wrong in `work` gets this reason unless it has one. */
export async function withReason<T>(reason: FailureReason, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFailure(reason, error);
  }
}
