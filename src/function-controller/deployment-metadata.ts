import * as z from 'zod';

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
const prefix = /^(?=.{1,253}\/)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\//;
const name = /^(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const key = z
  .string()
  .refine((text) => name.test(text.includes('/') ? text.replace(prefix, '') : text), 'is no name of a label');
const labelValue = z
  .string()
  .refine((text) => text === '' || name.test(text), 'write letters, digits, -, _ and ., at most 63');

/** Nobody checks what is within `spec.deployment` before it is put on an object: there a mistake would be the platform's. */
export const metadataSchema = z
  .object({
    labels: z.record(key, labelValue).nullish(),
    annotations: z.record(key, z.string()).nullish(),
  })
  .nullish();
