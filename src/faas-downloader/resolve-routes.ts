import type { Image } from '../api/image.ts';
import type { ImageRoute, RouteProblem } from '../api/image-routes.ts';
import type { BundleRoute, RoutesDocument } from '../kontainer/routes.ts';
import { toFailure } from './failure.ts';
import type { ReferenceReader } from './env-values.ts';
import { accessFrom } from './route-access.ts';
import { certificateFrom } from './route-certificate.ts';
import type { FoundSecret, Resolved } from './resolved-secret.ts';

export interface ResolvedRoutes {
  /** Undefined without routes. */
  document: RoutesDocument | undefined;
  problems: RouteProblem[];
}

/**
 * The routes of an Image with what is in the Secrets that they name. A mistake in one of them is a problem of that route
 * alone: where it is not known who may call it, nobody may.
 */
export async function resolveRoutes(
  { metadata, spec }: Image,
  reader: Pick<ReferenceReader, 'secret'>,
  nowMs: number,
): Promise<ResolvedRoutes> {
  const { routes = [] } = spec;
  const resolved: BundleRoute[] = [];
  const problems: RouteProblem[] = [];
  for (const route of routes) {
    const { value, problems: found } = await resolveRoute(route, reader, nowMs);
    resolved.push(value);
    for (const { reason, message } of found) problems.push({ ...placeOf(route), reason, message });
  }
  const since = `${metadata.creationTimestamp ?? ''}/${metadata.uid ?? ''}`;
  const document = routes.length === 0 ? undefined : { version: 1 as const, since, routes: resolved };
  return { document, problems };
}

async function resolveRoute(
  route: ImageRoute,
  reader: Pick<ReferenceReader, 'secret'>,
  nowMs: number,
): Promise<Resolved<BundleRoute>> {
  const { host = '', path = '', cors, basicAuthSecret, tlsSecret } = route;
  const access =
    basicAuthSecret === undefined
      ? { value: { kind: 'open' as const }, problems: [] }
      : accessFrom(basicAuthSecret, await read(reader, basicAuthSecret));
  const certificate =
    tlsSecret === undefined
      ? { value: undefined, problems: [] }
      : certificateFrom({ name: tlsSecret, secret: await read(reader, tlsSecret), host, nowMs });
  const value: BundleRoute = {
    host,
    path,
    ...(cors === undefined ? {} : { cors }),
    access: access.value,
    https: tlsSecret !== undefined,
    byHand: route.trigger === undefined,
    ...(certificate.value === undefined ? {} : { certificate: certificate.value }),
  };
  return { value, problems: [...access.problems, ...certificate.problems] };
}

async function read(reader: Pick<ReferenceReader, 'secret'>, name: string): Promise<FoundSecret> {
  try {
    return (await reader.secret(name)) ?? `Secret ${name} does not exist; create it`;
  } catch (error) {
    return toFailure('SecretNotFound', error).message;
  }
}

function placeOf({ host, path }: ImageRoute): Pick<RouteProblem, 'host' | 'path'> {
  return { ...(host === undefined ? {} : { host }), ...(path === undefined ? {} : { path }) };
}
