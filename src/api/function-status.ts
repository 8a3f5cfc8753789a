import * as z from 'zod';
import { generationSchema, statusFields, timeSchema } from './object-schemas.ts';

const text = (description: string, maxLength = 1024) => z.string().max(maxLength).describe(description);

/** The largest value of spec.build.historyLimit and the build that is served. */
const maxBuilds = 51;

const buildRecordSchema = z
  .object({
    digest: text('Digest of the image that the build made.'),
    image: text('Where that image is, with its digest.', 2048),
    signature: text('Hash of all that went into the build; also the tag of the image.'),
    source: text('Hash of the source, its dependencies, handler and runtime.').optional(),
    runtime: text('The runtime at that time.').optional(),
    runtimeImage: text('Its image, as the configuration named it.', 2048).optional(),
    generation: generationSchema('The metadata.generation that was built.'),
    time: timeSchema('When the build was there.'),
  })
  .describe('One build.');

const failedBuildSchema = z
  .object({
    signature: text('Hash of all that went into the build.'),
    check: text('Hash of what the function was loaded with.'),
    reason: text('Reason of the condition Ready.'),
    message: text('Its message.', 32_768),
    log: text('Last lines of the build.', 32_768),
  })
  .describe('A build that is not tried again: only another source, or other variables, can help.');

export const functionStatusSchema = z
  .object({
    ...statusFields,
    message: text('Where the function stands, as a sentence.', 32_768).optional(),
    source: text('Hash of the present source, for spec.rollback.insteadOf.').optional(),
    signature: text('Hash of all that goes into the build of the present source.').optional(),
    image: text('The image that is served, or will be as soon as the nodes have it.', 2048).optional(),
    digest: text('Its digest.').optional(),
    log: text('Last lines of a build that failed.', 32_768).optional(),
    failedBuild: failedBuildSchema.optional(),
    builds: z.array(buildRecordSchema).max(maxBuilds).optional().meta({
      description: 'Builds that can be served, the latest first.',
      'x-kubernetes-list-type': 'atomic',
    }),
  })
  .describe('What became of it. Written by the platform.');

/** Reasons of the condition Ready while it is on its way; every other reason but Ready needs somebody to act. */
export const progressReasons = ['Queued', 'Building', 'Pushing', 'Pulling'] as const;

export type FunctionStatus = z.infer<typeof functionStatusSchema>;
export type FailedBuild = z.infer<typeof failedBuildSchema>;
export type BuildRecord = z.infer<typeof buildRecordSchema>;
