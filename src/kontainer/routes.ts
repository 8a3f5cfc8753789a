import * as z from 'zod';

const routeSchema = z.strictObject({
  /** A host name in lower case, one with `*` for its first label, or empty for any. */
  host: z.string(),
  /** Percent-encoded, in whole segments; with or without its first and last slash. */
  path: z.string(),
  /** Whether browsers may call it from any site; else as faas-server is set. */
  cors: z.boolean().optional(),
  /** `closed`: nobody may call it, because who may could not be found out. */
  access: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('open') }),
    z.strictObject({ kind: z.literal('closed') }),
    /** Name → password as htpasswd writes it. */
    z.strictObject({ kind: z.literal('basic'), users: z.record(z.string(), z.string()) }),
  ]),
  /** Whether it is meant to be called by HTTPS, with or without a certificate that can be used. */
  https: z.boolean(),
  /** Written into the Image by hand: nobody has looked whether it is somebody else's. */
  byHand: z.boolean(),
  /** PEM. */
  certificate: z.strictObject({ chain: z.string(), key: z.string() }).optional(),
});

/**
 * The routes of one function besides its own host and path, resolved: the Secrets that an Image names are in it. Written
 * by faas-downloader into the bundle, read by faas-server.
 */
export const routesDocumentSchema = z.strictObject({
  /** Format of this document; a reader refuses one it does not know. */
  version: z.literal(1),
  /** Creation time and uid of the Image: of two routes by hand for one host and path, the older Image's counts. */
  since: z.string(),
  routes: z.array(routeSchema),
});

export type RoutesDocument = z.infer<typeof routesDocumentSchema>;
export type BundleRoute = z.infer<typeof routeSchema>;
