import type { BuildPlan } from './build-plan.ts';
import { functionPath } from './job-paths.ts';

/** Variables of the image itself: it can be served again, later or elsewhere, without the Function that it is from. */
export function imageEnv({ module, handler, runtime }: BuildPlan): Record<string, string> {
  const configured = Object.entries(runtime.image.env ?? {}).map(([name, value]) => [
    name,
    value.replaceAll('$(KUBELESS_INSTALL_VOLUME)', functionPath),
  ]);
  return {
    MOD_NAME: module,
    FUNC_HANDLER: handler,
    FUNC_RUNTIME: runtime.name,
    KUBELESS_INSTALL_VOLUME: functionPath,
    ...(Object.fromEntries(configured) as Record<string, string>),
  };
}
