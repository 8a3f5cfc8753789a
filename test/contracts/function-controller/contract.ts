import { after, before, suite } from 'node:test';
import { FunctionWorld, type WorldOptions } from '../../helpers/function-world.ts';
import { buildingContract } from './building.ts';
import { configurationContract } from './configuration.ts';
import { failuresContract } from './failures.ts';
import { historyContract } from './history.ts';
import { ownImagesContract } from './own-images.ts';
import { ownershipContract } from './ownership.ts';

/** From a Function to its build, Image and Service, on an API server with a registry, a node and Jobs that run. */
export function functionControllerContract(name: string, options: WorldOptions): void {
  suite(`function-controller: ${name}`, () => {
    let world: FunctionWorld | undefined;
    before(async () => {
      world = await FunctionWorld.open(options);
      world.leader = await world.startController();
    });
    after(() => world?.[Symbol.asyncDispose]());
    const bench = {
      get world(): FunctionWorld {
        if (world !== undefined) return world;
        throw new Error('The world is there while tests run.');
      },
    };
    for (const contract of [
      buildingContract,
      configurationContract,
      historyContract,
      failuresContract,
      ownImagesContract,
      ownershipContract,
    ])
      contract(bench);
  });
}
