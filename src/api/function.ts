import * as z from 'zod';
import type { KubeObject } from '../kube/objects.ts';
import type { Resource } from '../kube/resource.ts';
import { functionAddress } from './addresses.ts';
import { functionSpecSchema } from './function-spec.ts';
import { functionStatusSchema, type FunctionStatus } from './function-status.ts';
import type { KindDefinition } from './kind.ts';
import { hostNameRule } from './name-rules.ts';
import { metadataSchema } from './object-schemas.ts';

const functionSchema = z
  .object({
    apiVersion: z.literal('kubeless.io/v1beta1'),
    kind: z.literal('Function'),
    metadata: metadataSchema,
    spec: functionSpecSchema,
    status: functionStatusSchema.optional(),
  })
  .describe('A function: its source is built into an image, each call runs in a Kontainer of its own.');

// The prefix keeps it apart from JavaScript's own Function.
export type KubelessFunction = z.infer<typeof functionSchema>;

/** As the API server hands it out: perhaps stored before a rule existed. Parse it with validateFunction. */
export interface StoredFunction extends KubeObject {
  spec?: unknown;
  status?: FunctionStatus;
}

/** Keeps a Function until all that it used is freed. */
export const functionFinalizer = 'kubeless.io/function';

export const functionKind: KindDefinition<typeof functionSchema> = {
  ...functionAddress,
  singular: 'function',
  shortNames: ['fn'],
  categories: ['kontain'],
  schema: functionSchema,
  rules: [hostNameRule],
  columns: [
    { name: 'Handler', type: 'string', jsonPath: '.spec.handler' },
    { name: 'Runtime', type: 'string', jsonPath: '.spec.runtime' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Digest', type: 'string', jsonPath: '.status.digest', priority: 1 },
    { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
};

export const functionResource: Resource<StoredFunction> = functionAddress;
