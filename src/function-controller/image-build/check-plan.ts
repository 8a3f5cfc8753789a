import type { EnvVar } from '../../api/env-var.ts';
import type { FileMount } from '../../api/file-mount.ts';
import type { KubelessFunction } from '../../api/function.ts';
import { phaseImage } from '../../api/kubeless-config/find-runtime.ts';
import type { PhaseImage } from '../../api/kubeless-config/runtime-images.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { ContainerFields } from '../container-fields.ts';
import { callEnv, callFiles, callResources } from '../call-fields.ts';
import type { BuildPlan } from './build-plan.ts';
import { hashOf } from './hash.ts';
import { functionPath } from './job-paths.ts';

/** The function is loaded once before it becomes an image, as a call will load it. */
export interface CheckPlan {
  phase: PhaseImage & { command: string };
  /** Of a call. */
  env: readonly EnvVar[];
  files: readonly FileMount[];
  memoryBytes: number;
}

const mebibyte = 1024 ** 2;
/** As in the data plane: what a call has that asks for nothing, and what a template has beside that. */
const defaultMemoryBytes = 128 * mebibyte;
const templateExtraBytes = 128 * mebibyte;

/**
 * Undefined where the runtime has no such phase; where nobody knows what will be run, which is an image or a command of the
 * author's own; and where files of a Secret come between those of the function, which no pod can mount.
 */
export function planCheck(
  { spec }: KubelessFunction,
  container: ContainerFields,
  { runtime }: BuildPlan,
): CheckPlan | undefined {
  const phase = phaseImage(runtime.version, 'check');
  const files = callFiles(spec, container);
  const isOwn = (container.image ?? spec.command ?? container.command) !== undefined;
  const isBetween = files.some(({ mountPath }) => `${mountPath}/`.startsWith(`${functionPath}/`));
  if (phase?.command === undefined || isOwn || isBetween) return undefined;
  const { memory } = callResources(spec, container);
  const callBytes = memory === undefined ? defaultMemoryBytes : parseBytes(memory);
  return {
    phase: { ...phase, command: phase.command },
    env: callEnv(spec, container, true),
    files,
    memoryBytes: callBytes + templateExtraBytes,
  };
}

/** What an outcome of the check depends on beside the build itself: a build that failed is tried again when it changes. */
export function checkMark(check: CheckPlan | undefined): string {
  return check === undefined ? '' : hashOf(check);
}

/** Names of variables and paths of files that may change, or come, without a change of the Function. */
export function outerValues(check: CheckPlan | undefined): string[] {
  const variables = (check?.env ?? []).filter(({ valueFrom }) => valueFrom !== undefined);
  return [...variables.map(({ name }) => name), ...(check?.files ?? []).map(({ mountPath }) => mountPath)];
}
