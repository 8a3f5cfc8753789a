import * as z from 'zod';
import { imageReferenceSchema } from './image-reference.ts';
import { textMatching, withRules } from './schema-rules.ts';

/** More belongs into a registry or behind a URL: the API server stores at most 1.5 MiB an object. */
export const maxSourceLength = 1_048_576;

export const handlerSchema = textMatching({
  description: 'Module and function that are called, with one dot between: hello.handler.',
  pattern: '^([A-Za-z0-9_][-A-Za-z0-9_]*[.][A-Za-z_$][-A-Za-z0-9_$?!]*)?$',
  message: 'write the module and the function with one dot between, such as hello.handler',
  maxLength: 256,
});

export const contentTypeSchema = textMatching({
  description:
    'What is in function: text, base64 or url, then +zip or +compressedtar for an archive, then +deps where the archive brings its dependency file. Default: text.',
  pattern: '^((text|base64|url)([+](zip|compressedtar|deps))*)?$',
  message:
    'write text, base64 or url, followed by +zip or +compressedtar for an archive and +deps if it has its dependency file inside',
  maxLength: 64,
});

export const checksumSchema = textMatching({
  description: 'sha256:<hex> of the decoded content. Default: none is checked.',
  pattern: '^(sha256:[0-9a-fA-F]{64})?$',
  message: 'write sha256: and the 64 hexadecimal digits that sha256sum prints',
  maxLength: 71,
});

export const runtimeSchema = textMatching({
  description: 'Name and version of the runtime, such as python3.11; custom for an image of your own.',
  pattern: '^([A-Za-z_-]+[0-9.]*)?$',
  message:
    'write a runtime with its version, such as python3.11 or nodejs24 (kubeless get-server-config lists them)',
  maxLength: 63,
});

const httpUrl = (description: string) =>
  textMatching({
    description,
    pattern: '^https?://[!-~]+$',
    message: 'write a URL that begins with https:// or http://, without spaces',
    maxLength: 4096,
  });

const gitSource = z
  .object({
    url: textMatching({
      description: 'Where the repository is.',
      pattern: '^(https?|ssh|git)://[!-~]+$',
      message: 'write a URL such as https://git.example.com/team/project.git',
      maxLength: 4096,
    }),
    ref: textMatching({
      description: "Branch, tag or commit. Default: the repository's own branch.",
      pattern: '^[A-Za-z0-9_][-A-Za-z0-9._/+@]*$',
      message: 'write a branch, a tag or a commit',
      maxLength: 255,
    }).optional(),
    path: textMatching({
      description: 'Folder of the function in the repository. Default: its top.',
      pattern: '^[A-Za-z0-9_][-A-Za-z0-9._/+@ ]*$',
      message: 'write a path from the top of the repository, such as functions/hello',
      maxLength: 1024,
    }).optional(),
  })
  .describe('A git repository.');

const archive = z
  .enum(['auto', 'none', 'zip', 'compressedtar'])
  .optional()
  .describe('How the content is packed; none is a single file. Default: auto, as its first bytes say.');

const kinds = ['url', 'git', 'oci'] as const;

/** Instead of `function`: for what is large, or lives elsewhere. */
export const sourceSchema = withRules(
  z.object({
    url: httpUrl('Fetched by the build, with http or https.').optional(),
    git: gitSource.optional(),
    oci: imageReferenceSchema.describe('An OCI artifact whose only layer is the source.').optional(),
    archive,
  }),
  'Where the source is, instead of function. What is fetched is not asked again until this changes.',
  [
    {
      cel: `${kinds.map((kind) => `(has(self.${kind}) ? 1 : 0)`).join(' + ')} == 1`,
      holds: (value) => kinds.filter((kind) => value[kind] !== undefined).length === 1,
      message: 'write exactly one of url, git and oci',
    },
  ],
);

export type FunctionSource = z.infer<typeof sourceSchema>;
