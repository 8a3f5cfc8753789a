import * as z from 'zod';
import { statusFields } from './object-schemas.ts';
import { textMatching } from './schema-rules.ts';

export const functionNameSchema = textMatching({
  description: 'Name of the Function, in the namespace of the trigger.',
  pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$',
  message: 'write the name of a Function in this namespace',
  maxLength: 63,
});

/** Kubeless clients write an empty text for what they leave out. */
export function objectNameOrEmpty(kind: string, which: string) {
  return textMatching({
    description: `Name of the ${kind} ${which}`,
    pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$',
    message: `write the name of a ${kind}: lower case letters, digits, "-" and "."`,
    maxLength: 253,
  });
}

export const triggerStatusFields = {
  ...statusFields,
  message: z.string().max(32_768).optional().describe('Where the trigger stands, as a sentence.'),
};
