import { hashOf } from './hash.ts';
import type { BuildPlan } from './build-plan.ts';

/** Goes up when the same input has to give another image: all functions are built again then. */
const recipeVersion = 1;

/** Tag of the image: a hash of all that goes into it. `runtimeDigest` is that of the runtime's image. */
export function signatureOf(plan: BuildPlan, runtimeDigest: string): string {
  const { source, installation, compilation, runtime } = plan;
  const { env } = runtime.image;
  return hashOf({ recipeVersion, source, runtimeDigest, installation, compilation, env });
}

/** Tag of the layer with the installed dependencies: functions with the same ones share it. */
export function dependenciesTag({ dependencies, dependencyFile, installation, env }: BuildPlan): string {
  return hashOf({ recipeVersion, dependencies, dependencyFile, installation, env });
}
