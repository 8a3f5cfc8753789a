import { after, before, suite } from 'node:test';
import { ControllerWorld } from '../../helpers/controller-world.ts';
import { CronJobTriggers } from '../../helpers/cronjob-triggers.ts';
import type { RunningProgram } from '../../helpers/program.ts';
import type { StartTarget } from '../kubernetes-api/harness.ts';
import { cronJobsContract } from './cron-jobs.ts';
import type { Current } from './current.ts';
import { lifecycleContract } from './lifecycle.ts';
import { ownershipContract } from './ownership.ts';
import { payloadsContract } from './payloads.ts';

/** From a CronJobTrigger to its CronJob, on an API server. */
export function cronJobTriggerControllerContract(name: string, start: StartTarget): void {
  suite(`cronjob-trigger-controller: ${name}`, () => {
    let world: ControllerWorld;
    let triggers: CronJobTriggers;
    let leader: RunningProgram;
    before(async () => {
      world = await ControllerWorld.open(start);
      triggers = new CronJobTriggers(world);
      leader = await world.start('cronjob-trigger-controller');
      await world.deployFunction('hello', {
        metadata: { labels: { team: 'a', from: 'function' }, annotations: { note: 'function', own: '1' } },
      });
    });
    after(() => world[Symbol.asyncDispose]());
    const current: Current = () => ({ world, triggers, leader });
    for (const part of [cronJobsContract, payloadsContract, ownershipContract, lifecycleContract])
      part(current);
  });
}
