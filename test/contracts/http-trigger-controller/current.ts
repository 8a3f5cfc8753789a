import { eventually } from '../../helpers/eventually.ts';
import type { RunningProgram } from '../../helpers/program.ts';
import type { TriggerWorld } from '../../helpers/trigger-world.ts';

/** What the suite runs in; there is one from `before` to `after`. */
export type Current = () => {
  world: TriggerWorld;
  leader: RunningProgram;
  follow(next: RunningProgram): void;
};

/** `spec` of a trigger. */
export const to = (functionName: string, more: object = {}): object => ({
  'function-name': functionName,
  ...more,
});

/** Waits until there is no such Ingress. */
export async function gone(world: TriggerWorld, ingress: string): Promise<void> {
  await eventually(`Ingress ${ingress} is gone`, async () => (await world.ingress(ingress)) === undefined);
}
