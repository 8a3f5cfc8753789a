import type { RegistryReference } from '../oci/reference.ts';

export interface MountRequest {
  from: RegistryReference;
  to: RegistryReference;
  digests: readonly string[];
  /** Speaks plain HTTP first, as skopeo does for an insecure registry. */
  insecure: boolean;
  /** base64 of `user:password`. */
  auth: string | undefined;
  fetch: typeof fetch;
  signal: AbortSignal;
}

const timeoutMs = 10_000;

/**
 * Asks a registry to take blobs of one repository over into another one (distribution-spec "Mounting a blob from another
 * repository"), so that layers of a base need no transfer. Only saves time: true when all are there; on anything else,
 * such as another registry, a token service or a refusal, skopeo copies them.
 */
export async function mountLayers(request: MountRequest): Promise<boolean> {
  const { from, to, digests } = request;
  if (from.registry !== to.registry) return false;
  if (from.repository === to.repository) return true;
  const mounted = await Promise.all(digests.map((digest) => mount(digest, request).catch(() => false)));
  return mounted.every(Boolean);
}

async function mount(
  digest: string,
  { from, to, insecure, auth, ...request }: MountRequest,
): Promise<boolean> {
  const scheme = insecure ? 'http' : 'https';
  const query = new URLSearchParams({ mount: digest, from: from.repository });
  const headers: Record<string, string> = auth === undefined ? {} : { authorization: `Basic ${auth}` };
  const url = `${scheme}://${to.registry}/v2/${to.repository}/blobs/uploads/?${query.toString()}`;
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
  const response = await request.fetch(url, { method: 'POST', headers, signal, redirect: 'error' });
  await response.body?.cancel();
  if (response.status === 202)
    await cancelUpload(response.headers.get('location'), url, { headers, ...request });
  return response.status === 201;
}

/** 202: it did not mount but began an upload, which nobody will finish. */
async function cancelUpload(
  location: string | null,
  url: string,
  { headers, fetch, signal }: Pick<MountRequest, 'fetch' | 'signal'> & { headers: Record<string, string> },
): Promise<void> {
  if (location === null) return;
  const target = new URL(location, url);
  if (target.origin !== new URL(url).origin) return;
  const response = await fetch(target, { method: 'DELETE', headers, signal, redirect: 'error' });
  await response.body?.cancel();
}
