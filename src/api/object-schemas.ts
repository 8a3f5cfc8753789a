import * as z from 'zod';

/** The parts of an object's metadata that programs rely on; the API server owns the rest. */
export const metadataSchema = z.looseObject({
  name: z.string(),
  namespace: z.string(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
});

const time = (description: string) => z.string().max(64).meta({ description, format: 'date-time' });

const generation = (description: string) => z.int().min(0).optional().describe(description);

/** metav1.Condition. */
const conditionSchema = z.object({
  type: z.string().max(316).describe('What the condition is about, such as Ready.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  reason: z.string().max(1024).describe('One word for programs: why the condition is as it is.'),
  message: z.string().max(32_768).describe('A sentence for people.'),
  lastTransitionTime: time('When status last changed.'),
  observedGeneration: generation('The metadata.generation that the condition is about.'),
});

const conditionsSchema = z
  .array(conditionSchema)
  .max(16)
  .meta({
    description: 'Where the object stands.',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  });

/** How the status of every kind begins. */
export const statusFields = {
  observedGeneration: generation('The metadata.generation that the status is about.'),
  conditions: conditionsSchema.optional(),
};

export { generation as generationSchema, time as timeSchema };
