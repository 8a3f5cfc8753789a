import type { KubelessFunction } from '../../api/function.ts';
import type { KubelessConfig } from '../../api/kubeless-config/kubeless-config.ts';
import type { BuildPlan } from './build-plan.ts';
import type { CheckPlan } from './check-plan.ts';

/** A plan with the answers to what it did not know: all that a build Job is made from. */
export interface BuildRequest {
  object: KubelessFunction;
  plan: BuildPlan;
  config: KubelessConfig;
  signature: string;
  /** In skopeo's notation, with its digest if it is in a registry. */
  runtimeImage: string;
  /** Where the image goes, in skopeo's notation. */
  image: string;
  /** Where the layer of dependencies is, or goes to. */
  dependencies: { image: string; exists: boolean } | undefined;
  check: CheckPlan | undefined;
  /** Registries whose certificates are not checked. */
  insecureRegistry: boolean;
  /** Counts from 1; a build that failed is tried again. */
  attempt: number;
}
