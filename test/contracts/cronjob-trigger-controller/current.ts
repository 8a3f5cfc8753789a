import { configMaps, type ConfigMap } from '../../../src/kube/builtin-resources.ts';
import { orUndefined } from '../../../src/kube/kube-error.ts';
import type { ControllerWorld } from '../../helpers/controller-world.ts';
import type { CronJobTriggers } from '../../helpers/cronjob-triggers.ts';
import type { RunningProgram } from '../../helpers/program.ts';

/** What the suite runs in, with a function `hello`; there is one from `before` to `after`. */
export type Current = () => { world: ControllerWorld; triggers: CronJobTriggers; leader: RunningProgram };

/** Far away: no CronJob of these tests is ever due. */
export const schedule = '0 0 1 1 *';

/** `spec` of a trigger. */
export const to = (functionName: string, more: object = {}): object => ({
  schedule,
  'function-name': functionName,
  ...more,
});

export function payloadOf(
  { client, namespace }: ControllerWorld,
  trigger: string,
): Promise<ConfigMap | undefined> {
  return orUndefined(client.get(configMaps, { namespace, name: `${trigger}-payload` }));
}
