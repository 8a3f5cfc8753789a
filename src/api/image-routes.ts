import * as z from 'zod';
import { objectName } from './env-var.ts';
import { hostSchema, routePathSchema } from './route-fields.ts';
import { withRules } from './schema-rules.ts';

const routeSchema = withRules(
  z.object({
    host: hostSchema(
      'Host of the requests, such as hello.example.com or *.example.com. Default: any.',
    ).optional(),
    path: routePathSchema(
      'Path that the requests begin with, in whole segments; the function sees the rest. Default: all of them.',
    ).optional(),
    cors: z
      .boolean()
      .optional()
      .describe('Whether browsers may call it from any site. Default: as the data plane is set.'),
    basicAuthSecret: objectName(
      'Secret whose key auth has names and passwords, as htpasswd writes them',
    ).optional(),
    tlsSecret: objectName('Secret of type kubernetes.io/tls with the certificate of the host').optional(),
    trigger: z
      .string()
      .max(253)
      .optional()
      .describe('The HTTPTrigger that the route was made for. Written by the platform.'),
  }),
  'Requests that go to this function.',
  [
    {
      cel: "!has(self.tlsSecret) || (has(self.host) && self.host != '')",
      holds: (route) => route.tlsSecret === undefined || (route.host ?? '') !== '',
      message: 'tlsSecret is the certificate of a host; write host too',
    },
  ],
);

export const routesSchema = z
  .array(routeSchema)
  .max(100)
  .describe(
    'Hosts and paths from outside under which the function is called, besides its own: host <name>.<namespace> and path /<namespace>/<name>.',
  );

export type ImageRoute = z.infer<typeof routeSchema>;

export const routeProblemsSchema = z
  .array(
    z.object({
      host: z.string().max(253).optional().describe('As in spec.routes.'),
      path: z.string().max(1024).optional().describe('As in spec.routes.'),
      reason: z.string().max(1024).describe('One word for programs.'),
      message: z.string().max(4096).describe('What is wrong, and what became of the route, as a sentence.'),
    }),
  )
  .max(200)
  .describe('Routes that are not served as they should be. Written by the platform.');

export type RouteProblem = z.infer<typeof routeProblemsSchema>[number];
