import * as z from 'zod';
import type { KubeObject } from '../kube/objects.ts';
import type { Resource } from '../kube/resource.ts';
import { imageAddress } from './addresses.ts';
import { routeProblemsSchema } from './image-routes.ts';
import { imageSpecSchema } from './image-spec.ts';
import type { KindDefinition } from './kind.ts';
import { hostNameRule } from './name-rules.ts';
import { generationSchema, metadataSchema, statusFields, timeSchema } from './object-schemas.ts';

const nodeStatusSchema = z
  .object({
    digest: z.string().max(256).optional().describe('The image manifest that is ready there.'),
    generation: generationSchema('The metadata.generation that is ready there.'),
    ready: z.boolean().describe('Whether calls can be served there.'),
    message: z.string().max(32_768).optional().describe('Why not, or what is being done.'),
    time: timeSchema('When this was written.').optional(),
  })
  .describe('What one node has.');

const imageStatusSchema = z
  .object({
    ...statusFields,
    digest: z
      .string()
      .max(256)
      .optional()
      .describe('Digest of the image manifest that is served, sha256:<hex>.'),
    message: z.string().max(32_768).optional().describe('What happened last, as a sentence.'),
    routeProblems: routeProblemsSchema.optional(),
    nodes: z
      .record(z.string(), nodeStatusSchema)
      .optional()
      .meta({ description: 'By node name. Each node patches its own entry only.' }),
  })
  .describe('What the nodes made of it. Written by the platform.');

const imageSchema = z
  .object({
    apiVersion: z.literal('build.kontain.app/v1'),
    kind: z.literal('Image'),
    metadata: metadataSchema,
    spec: imageSpecSchema,
    status: imageStatusSchema.optional(),
  })
  .describe('An OCI image that is served as a function: each call runs in a Kontainer of its own.');

export type Image = z.infer<typeof imageSchema>;
export type ImageStatus = z.infer<typeof imageStatusSchema>;
export type ImageNodeStatus = z.infer<typeof nodeStatusSchema>;

/** As the API server hands it out: perhaps stored before a rule existed. Parse it with validateImage. */
export interface StoredImage extends KubeObject {
  spec?: unknown;
  status?: ImageStatus;
}

export const imageKind: KindDefinition<typeof imageSchema> = {
  ...imageAddress,
  singular: 'image',
  shortNames: ['img'],
  categories: ['kontain'],
  schema: imageSchema,
  rules: [hostNameRule],
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.image' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Digest', type: 'string', jsonPath: '.status.digest' },
    { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
};

export const imageResource: Resource<StoredImage> = imageAddress;
