import * as z from 'zod';
import { embeddedObject } from './embedded-object.ts';
import { envSchema } from './env-var.ts';
import {
  checksumSchema,
  contentTypeSchema,
  handlerSchema,
  maxSourceLength,
  runtimeSchema,
  sourceSchema,
} from './function-source.ts';
import { imageSpecSchema } from './image-spec.ts';
import { duration, durationOrEmpty, textMatching, withRules } from './schema-rules.ts';

/** What Kubeless has. Its clients write all of it, empty texts and nulls included. */
const kubelessFields = {
  handler: handlerSchema.optional(),
  function: z
    .string()
    .max(maxSourceLength)
    .optional()
    .describe('The source: its text, a file in base64, or a URL, as function-content-type says.'),
  'function-content-type': contentTypeSchema.optional(),
  checksum: checksumSchema.optional(),
  runtime: runtimeSchema.optional(),
  timeout: durationOrEmpty(
    'From the arrival of a call to its last byte: seconds or a duration such as 30s. Default: 180.',
  ).optional(),
  deps: z
    .string()
    .max(maxSourceLength)
    .optional()
    .describe("Content of the runtime's dependency file: requirements.txt, package.json and so on."),
  deployment: embeddedObject(
    'apps/v1 Deployment, in parts. Of its first container image, command, args, env, resources and volumeMounts of Secrets and ConfigMaps count.',
  ).optional(),
  service: embeddedObject('core/v1 ServiceSpec, in parts. Without ports it does not count.').optional(),
  horizontalPodAutoscaler: embeddedObject(
    'HorizontalPodAutoscaler. Kept for old clients; calls scale with the nodes here.',
  ).optional(),
};

export const digestSchema = (description: string) =>
  textMatching({
    description,
    pattern: '^sha256:[0-9a-f]{64}$',
    message: 'write sha256: and 64 hexadecimal digits',
    maxLength: 71,
  });

const buildSchema = z
  .object({
    env: envSchema.describe('Variables of the installation of dependencies and of the compiler.').optional(),
    timeout: duration('A build that takes longer has failed. Default: 15m.').optional(),
    historyLimit: z
      .int()
      .min(1)
      .max(50)
      .optional()
      .describe('Earlier builds to which rollback can go. Default: 10.'),
    revision: z
      .string()
      .max(128)
      .optional()
      .describe('Any text; another one builds again, where a URL or a branch has new content.'),
  })
  .describe('How the source becomes an image.');

const rollbackSchema = z
  .object({
    digest: digestSchema('The build to serve, one of status.builds.'),
    insteadOf: digestSchema(
      'The status.source that is not to be served: the rollback ends when the source changes. Default: it stays until it is removed.',
    ).optional(),
  })
  .describe('Serves an earlier build instead of the one of the present source.');

const fileNameSchema = textMatching({
  description:
    "Name of a source that is one file. Default: the handler's module with the runtime's ending, such as hello.py.",
  pattern: '^[A-Za-z0-9_][-A-Za-z0-9_.]*$',
  message: 'write the name of a file, without a path',
  maxLength: 253,
});

const run = imageSpecSchema.shape;

/** Additions. The names and meanings are those of Image.spec, to which they go. */
const additions = {
  image: run.image.optional(),
  source: sourceSchema.optional(),
  fileName: fileNameSchema.optional(),
  build: buildSchema.optional(),
  rollback: rollbackSchema.optional(),
  command: run.command,
  args: run.args,
  env: run.env,
  files: run.files,
  protocol: run.protocol,
  port: run.port,
  isolation: run.isolation,
  start: run.start,
  resources: run.resources,
  concurrency: run.concurrency,
  prewarm: run.prewarm,
  idleTimeout: run.idleTimeout,
  imagePullSecrets: run.imagePullSecrets,
};

export const functionSpecSchema = withRules(
  z.object({ ...kubelessFields, ...additions }),
  'What to build and how to run it.',
  [
    {
      cel: '!(has(self.source) && has(self.function) && size(self.function) > 0)',
      holds: (spec) => spec.source === undefined || (spec.function ?? '') === '',
      message: 'write function or source, not both',
    },
    {
      cel: '!(has(self.image) && (has(self.source) || (has(self.function) && size(self.function) > 0)))',
      holds: (spec) =>
        spec.image === undefined || (spec.source === undefined && (spec.function ?? '') === ''),
      message: 'write image for an image of your own, or a source to build one from, not both',
    },
    {
      cel: "!(has(self.runtime) && self.runtime == 'custom' && !has(self.image) && !has(self.deployment))",
      holds: (spec) => spec.runtime !== 'custom' || spec.image !== undefined || spec.deployment !== undefined,
      message: 'runtime custom needs an image: write it into spec.image',
    },
  ],
);

export type FunctionSpec = z.infer<typeof functionSpecSchema>;
