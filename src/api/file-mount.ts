import * as z from 'zod';
import { dataKey, objectName } from './env-var.ts';
import { listByKey, textMatching, withRules } from './schema-rules.ts';

/** One part of a path: not empty, neither `.` nor `..`, and no colon, which overlayfs would take for a separator. */
const part =
  '([^/:.\\x00-\\x1f][^/:\\x00-\\x1f]*|[.][^/:.\\x00-\\x1f][^/:\\x00-\\x1f]*|[.][.][^/:\\x00-\\x1f]+)';

/** Plain functions instead of an expression: an API server adds up what rules may cost, and there can be many of these. */
const relativePath = (description: string) =>
  withRules(z.string().min(1).max(253), description, [
    {
      cel: "!self.startsWith('/') && !self.contains('..') && !self.contains(':')",
      holds: (path) => !path.startsWith('/') && !path.includes('..') && !path.includes(':'),
      message: 'write a path that does not begin with "/" and has no ".." and no ":" in it',
    },
  ]);

const mode = (description: string) => z.int().min(0).max(0o777).describe(description);

const itemSchema = z
  .object({
    key: dataKey,
    path: relativePath('Where the file is, below mountPath.'),
    mode: mode('Permissions of this file. Default: defaultMode.').optional(),
  })
  .describe('A key that becomes a file.');

const objectFiles = (what: string) =>
  z
    .object({
      name: objectName(what),
      items: z.array(itemSchema).max(50).optional().describe('Default: a file for each key, with its name.'),
      optional: z
        .boolean()
        .optional()
        .describe(`Leave out what is not there of the ${what}, instead of not serving.`),
    })
    .describe(`Files from a ${what}.`);

const sourceSchema = withRules(
  z.object({ secret: objectFiles('Secret').optional(), configMap: objectFiles('ConfigMap').optional() }),
  'Where files come from.',
  [
    {
      cel: 'has(self.secret) != has(self.configMap)',
      holds: (value) => (value.secret === undefined) !== (value.configMap === undefined),
      message: 'write exactly one of secret and configMap',
    },
  ],
);

const mountSchema = z.object({
  mountPath: textMatching({
    description: 'Folder in which the files are. What the image has there is hidden.',
    pattern: `^(/${part})+/?$`,
    message: 'write an absolute path without ".." and ":", such as /etc/mail',
    maxLength: 1024,
  }),
  sources: z
    .array(sourceSchema)
    .min(1)
    .max(10)
    .describe('What is there: of files with the same path, the last.'),
  subPath: relativePath(
    'Only this file or folder of them, at mountPath itself; beside it stays what the image has.',
  ).optional(),
  defaultMode: mode('Permissions of the files, in decimal where JSON is written. Default: 0644.').optional(),
});

/** As volumes and volumeMounts of a Pod, of those kinds that need no Pod. */
export const fileMountsSchema = listByKey(mountSchema, 'mountPath', {
  description: 'Files from Secrets and ConfigMaps. A call can read them and nobody can change them.',
  maxItems: 16,
});

export type FileMount = z.infer<typeof mountSchema>;
export type FileSource = z.infer<typeof sourceSchema>;
