import { cronJobTriggerKind } from './cronjob-trigger.ts';
import { functionKind } from './function.ts';
import { httpTriggerKind } from './http-trigger.ts';
import { imageKind } from './image.ts';
import type { KindDefinition } from './kind.ts';

/** Every kind of ours: what has a CRD. */
export const kinds: readonly KindDefinition[] = [
  imageKind,
  functionKind,
  httpTriggerKind,
  cronJobTriggerKind,
];
