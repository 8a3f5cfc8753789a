import { functionResource, type StoredFunction } from '../api/function.ts';
import { progressReasons } from '../api/function-status.ts';
import { writeReady, type ReadyReport } from '../kube/ready-status.ts';
import type { ControllerParts } from './controller-parts.ts';
import type { Reason, Report } from './function-status.ts';

type Parts = Pick<ControllerParts, 'client' | 'written' | 'events' | 'clock'>;

export function writeStatus(
  parts: Parts,
  object: StoredFunction,
  { reason, message, ...fields }: Report,
  signal: AbortSignal,
): Promise<void> {
  const report = { state: stateOf(reason), reason, message, fields, isNoted: !passing.includes(reason) };
  return writeReady({ ...parts, resource: functionResource }, object, report, signal);
}

const passing: readonly Reason[] = ['Queued', 'Pushing', 'Pulling'];

function stateOf(reason: Reason): ReadyReport['state'] {
  if (reason === 'Ready') return 'ready';
  return (progressReasons as readonly string[]).includes(reason) ? 'underway' : 'failed';
}
