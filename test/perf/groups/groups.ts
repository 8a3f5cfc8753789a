import type { Group } from '../measure/contender.ts';
import type { Workbench } from '../place/workbench.ts';
import type { GroupName } from '../targets.ts';
import { cGroup } from './c.ts';
import { callsInFlightGroup } from './calls-in-flight.ts';
import { coldGroup } from './cold.ts';
import { commandLineGroup } from './command-line.ts';
import { deployedFunctionsGroup } from './deployed-functions.ts';
import { firstCallGroup } from './first-call.ts';
import { manyFunctionsGroup } from './many-functions.ts';
import { nodejsGroup } from './nodejs.ts';
import { prewarmedGroup } from './prewarmed.ts';
import { pythonGroup } from './python.ts';

/** In the order in which they are measured. Each starts all that it compares; it ends with the group's workbench. */
export const groups: Readonly<Record<GroupName, (bench: Workbench) => Promise<Group>>> = {
  python: pythonGroup,
  nodejs: nodejsGroup,
  c: cGroup,
  cold: coldGroup,
  prewarmed: prewarmedGroup,
  first: firstCallGroup,
  many: manyFunctionsGroup,
  deployed: deployedFunctionsGroup,
  flight: callsInFlightGroup,
  cli: commandLineGroup,
};
