import * as z from 'zod';
import { listByKey, textMatching, withRules } from './schema-rules.ts';

export const objectName = (what: string) =>
  textMatching({
    description: `Name of the ${what}, in the namespace of this object.`,
    pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
    message: `write the name of a ${what.split(' ', 1)[0]}: lower case letters, digits, "-" and "."`,
    maxLength: 253,
  });

export const dataKey = textMatching({
  description: 'Key in its data.',
  pattern: '^[-._a-zA-Z0-9]+$',
  message: 'write a key of its data: letters, digits, "-", "_" and "."',
  maxLength: 253,
});

const keyRef = (what: string) =>
  z
    .object({
      name: objectName(what),
      key: dataKey,
      optional: z
        .boolean()
        .optional()
        .describe(`Leave the variable out where the ${what} or the key does not exist.`),
    })
    .describe(`A value from a ${what}.`);

const valueFrom = withRules(
  z.object({
    secretKeyRef: keyRef('Secret').optional(),
    configMapKeyRef: keyRef('ConfigMap').optional(),
  }),
  'Where the value comes from.',
  [
    {
      cel: 'has(self.secretKeyRef) != has(self.configMapKeyRef)',
      holds: (value) => (value.secretKeyRef === undefined) !== (value.configMapKeyRef === undefined),
      message: 'write exactly one of secretKeyRef and configMapKeyRef',
    },
  ],
);

const name = textMatching({
  description: 'Name of the variable.',
  pattern: '^[-._a-zA-Z][-._a-zA-Z0-9]*$',
  message: 'write letters, digits, "_", "-" and ".", and no digit first',
  maxLength: 253,
});

const variable = withRules(
  z.object({
    name,
    value: z
      .string()
      .max(131_072)
      .optional()
      .describe('Its value; empty if neither this nor valueFrom is there.'),
    valueFrom: valueFrom.optional(),
  }),
  'One variable.',
  [
    {
      cel: '!(has(self.value) && has(self.valueFrom))',
      holds: (item) => item.value === undefined || item.valueFrom === undefined,
      message: 'write value or valueFrom, not both',
    },
  ],
);

/** As in a Pod's container, without the sources that need a Pod. */
export const envSchema = listByKey(variable, 'name', {
  description: "Environment variables, added to the image's own and stronger than them.",
  maxItems: 500,
});

export const secretRefsSchema = listByKey(z.object({ name: objectName('Secret') }), 'name', {
  description: 'Secrets of type kubernetes.io/dockerconfigjson to pull the image with.',
  maxItems: 20,
});

export type EnvVar = z.infer<typeof variable>;
