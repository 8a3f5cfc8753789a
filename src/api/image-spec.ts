import * as z from 'zod';
import { envSchema, secretRefsSchema } from './env-var.ts';
import { fileMountsSchema } from './file-mount.ts';
import { imageReferenceSchema } from './image-reference.ts';
import { routesSchema } from './image-routes.ts';
import { leastMemory } from './quantity.ts';
import { duration, quantity, sizeAtLeast, withRules } from './schema-rules.ts';

const strings = (description: string) => z.array(z.string().max(131_072)).max(1000).describe(description);

const isolationSchema = withRules(
  z.enum(['container', 'gvisor', 'microvm']),
  'What keeps a call away from the node and from other calls. Default: container.',
  [
    {
      cel: "self == 'container'",
      holds: (value) => value === 'container',
      message: 'gvisor and microvm are reserved for a later version; write container or leave it out',
    },
  ],
);

const resourcesSchema = z
  .object({
    memory: sizeAtLeast(
      'Memory of one call, its files in /tmp included. Default: 128Mi.',
      leastMemory,
      '128Mi or 1Gi',
    ).optional(),
    cpu: quantity(
      'Cores that one call may use; parts of one as 500m. Default: no limit.',
      '500m or 2',
    ).optional(),
    pids: z.int().min(1).max(65_536).optional().describe('Processes and threads of one call. Default: 64.'),
    ephemeralStorage: quantity("Size of the call's private /tmp. Default: 64Mi.", '64Mi or 1Gi').optional(),
    fileSize: quantity(
      'Largest single file that a call may write. Default: the larger of 64Mi and ephemeralStorage.',
      '16Mi',
    ).optional(),
  })
  .describe('Limits of one call.');

export const imageSpecSchema = z
  .object({
    image: imageReferenceSchema,
    command: strings(
      "Instead of the image's entrypoint. Without args, the image's own arguments go too.",
    ).optional(),
    args: strings("Instead of the image's arguments (its Cmd).").optional(),
    env: envSchema.optional(),
    files: fileMountsSchema.optional(),
    protocol: z
      .enum(['http-stream', 'http', 'cgi', 'kontain-files'])
      .optional()
      .describe("How a call reaches the program. Default: the image's label io.kontain.protocol, or http."),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('TCP port of protocol http. Default: the first that the image exposes, or 8080.'),
    timeout: duration(
      'From the arrival of a call to its last byte, waiting and starting included: seconds or a duration such as 30s. Default: 180.',
    ).optional(),
    isolation: isolationSchema.optional(),
    start: z
      .enum(['cold', 'prewarmed', 'template'])
      .optional()
      .describe(
        "Where a Kontainer comes from: started for the call (cold), started ahead and waiting (prewarmed), forked from a warmed parent (template; the image must be made for it). Default: the image's label io.kontain.start, or cold.",
      ),
    resources: resourcesSchema.optional(),
    concurrency: z
      .int()
      .min(0)
      .max(100_000)
      .optional()
      .describe("Calls at once on each node; more wait. Default: 0, as many as the node's budget allows."),
    prewarm: z
      .int()
      .min(0)
      .max(1000)
      .optional()
      .describe('Kontainers kept waiting on each node, for start prewarmed and template. Default: 1.'),
    idleTimeout: duration(
      'After so long without a call nothing of the function stays in memory. Default: 5m.',
    ).optional(),
    imagePullSecrets: secretRefsSchema.optional(),
    routes: routesSchema.optional(),
  })
  .describe('What to run for each call.');

export type ImageSpec = z.infer<typeof imageSpecSchema>;
