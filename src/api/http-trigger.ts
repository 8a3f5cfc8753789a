import * as z from 'zod';
import type { KubeObject } from '../kube/objects.ts';
import type { Resource } from '../kube/resource.ts';
import { httpTriggerAddress } from './addresses.ts';
import type { KindDefinition } from './kind.ts';
import { metadataSchema } from './object-schemas.ts';
import { hostSchema, routePathSchema } from './route-fields.ts';
import { functionNameSchema, objectNameOrEmpty, triggerStatusFields } from './trigger-fields.ts';

const httpTriggerSpecSchema = z
  .object({
    'function-name': functionNameSchema,
    'host-name': hostSchema('Host of the requests that go to the function. Default: any.').optional(),
    path: routePathSchema(
      'Path that the requests begin with; the function sees the rest. Default: all of them.',
    ).optional(),
    tls: z.boolean().optional().describe('Whether a certificate is asked for, with ACME.'),
    'tls-secret': objectNameOrEmpty('Secret', 'of type kubernetes.io/tls with the certificate.').optional(),
    'basic-auth-secret': objectNameOrEmpty(
      'Secret',
      'whose key auth has the names and passwords, as htpasswd writes them.',
    ).optional(),
    gateway: z
      .enum(['', 'nginx', 'traefik', 'kong'])
      .optional()
      .describe('Ingress controller whose annotations are written. Default: none.'),
    'cors-enable': z.boolean().optional().describe('Whether browsers may call it from any site.'),
    ingressClassName: objectNameOrEmpty('IngressClass', 'that serves it.').optional(),
  })
  .describe('Which requests go to which function.');

const statusSchema = z
  .object({
    ...triggerStatusFields,
    url: z.string().max(2048).optional().describe('Where the function can be called.'),
  })
  .describe('What became of it. Written by the platform.');

const httpTriggerSchema = z
  .object({
    apiVersion: z.literal('kubeless.io/v1beta1'),
    kind: z.literal('HTTPTrigger'),
    metadata: metadataSchema,
    spec: httpTriggerSpecSchema,
    status: statusSchema.optional(),
  })
  .describe('Sends requests for a host and a path to a function.');

export type HttpTrigger = z.infer<typeof httpTriggerSchema>;
export type HttpTriggerStatus = z.infer<typeof statusSchema>;

/** As the API server hands it out. Parse it with validate. */
export interface StoredHttpTrigger extends KubeObject {
  spec?: unknown;
  status?: HttpTriggerStatus;
}

export const httpTriggerFinalizer = 'kubeless.io/httptrigger';

export const httpTriggerKind: KindDefinition<typeof httpTriggerSchema> = {
  ...httpTriggerAddress,
  singular: 'httptrigger',
  shortNames: ['ht'],
  categories: ['kontain'],
  schema: httpTriggerSchema,
  rules: [
    {
      // CEL has no "-" in names: https://kubernetes.io/docs/reference/using-api/cel/#escaping
      cel: "!(has(self.spec.tls) && self.spec.tls && has(self.spec.tls__dash__secret) && self.spec.tls__dash__secret != '')",
      holds: ({ spec }) => spec.tls !== true || (spec['tls-secret'] ?? '') === '',
      message: 'spec.tls asks for a certificate and spec.tls-secret brings one; write one of them only',
    },
  ],
  columns: [
    { name: 'Function', type: 'string', jsonPath: '.spec.function-name' },
    { name: 'Host', type: 'string', jsonPath: '.spec.host-name' },
    { name: 'Path', type: 'string', jsonPath: '.spec.path' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'URL', type: 'string', jsonPath: '.status.url', priority: 1 },
    { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
};

export const httpTriggerResource: Resource<StoredHttpTrigger> = httpTriggerAddress;
