import { after, before, suite } from 'node:test';
import type { RunningProgram } from '../../helpers/program.ts';
import { TriggerWorld } from '../../helpers/trigger-world.ts';
import type { StartTarget } from '../kubernetes-api/harness.ts';
import { claimsContract } from './claims.ts';
import type { Current } from './current.ts';
import { problemsContract } from './problems.ts';
import { recoveryContract } from './recovery.ts';
import { routesContract } from './routes.ts';

/** From an HTTPTrigger to the routes of an Image and an Ingress, on an API server with a node. */
export function httpTriggerControllerContract(name: string, start: StartTarget): void {
  suite(`http-trigger-controller: ${name}`, () => {
    let world: TriggerWorld;
    let leader: RunningProgram;
    before(async () => {
      world = await TriggerWorld.open(start);
      leader = await world.start('http-trigger-controller');
    });
    after(() => world[Symbol.asyncDispose]());
    const follow = (next: RunningProgram): void => {
      leader = next;
    };
    const current: Current = () => ({ world, leader, follow });
    for (const part of [routesContract, claimsContract, problemsContract, recoveryContract]) part(current);
  });
}
