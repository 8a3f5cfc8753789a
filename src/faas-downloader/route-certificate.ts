import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { BundleRoute } from '../kontainer/routes.ts';
import { errorMessage } from '../lib/errors.ts';
import type { FoundSecret, Resolved } from './resolved-secret.ts';

export interface CertificateSource {
  /** Of the Secret. */
  name: string;
  secret: FoundSecret;
  /** Of the route. */
  host: string;
  nowMs: number;
}

type Certificate = BundleRoute['certificate'];

/** The certificate of a route from a Secret of type kubernetes.io/tls. One that browsers refuse is served all the same. */
export function certificateFrom({ name, secret, host, nowMs }: CertificateSource): Resolved<Certificate> {
  if (typeof secret === 'string') return broken('SecretNotFound', secret);
  const [chain, key] = [textOf(secret.data?.['tls.crt']), textOf(secret.data?.['tls.key'])];
  if (chain === undefined || key === undefined)
    return broken(
      'InvalidSecret',
      `Secret ${name} has no keys tls.crt and tls.key; its type must be kubernetes.io/tls`,
    );
  try {
    const leaf = new X509Certificate(chain);
    if (!leaf.checkPrivateKey(createPrivateKey(key)))
      return broken(
        'InvalidSecret',
        `In Secret ${name}, tls.key is not the key of the certificate in tls.crt`,
      );
    createSecureContext({ cert: chain, key });
    return { value: { chain, key }, problems: complaints(name, leaf, { host, nowMs }) };
  } catch (error) {
    // The text of a parse error says nothing of the key.
    return broken(
      'InvalidSecret',
      `Secret ${name} has no certificate and key in PEM: ${errorMessage(error)}`,
    );
  }
}

function complaints(
  name: string,
  leaf: X509Certificate,
  { host, nowMs }: Pick<CertificateSource, 'host' | 'nowMs'>,
): Resolved<Certificate>['problems'] {
  const found: { reason: string; message: string }[] = [];
  const until = Date.parse(leaf.validTo);
  if (until < nowMs) {
    const message = `The certificate in Secret ${name} expired at ${new Date(until).toISOString()}; renew it.`;
    found.push({ reason: 'CertificateExpired', message });
  }
  if (!isFor(leaf, host)) {
    const names = leaf.subjectAltName ?? 'no name at all';
    const message = `The certificate in Secret ${name} is not for ${host} but for ${names.slice(0, 1000)}.`;
    found.push({ reason: 'CertificateMismatch', message });
  }
  return found;
}

/** A wildcard route needs a wildcard certificate: any name will do to try it. */
function isFor(leaf: X509Certificate, host: string): boolean {
  return leaf.checkHost(host.replace(/^\*\./, 'any.')) !== undefined;
}

function textOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}

function broken(reason: string, why: string): Resolved<Certificate> {
  const message = `${why.slice(0, 3000).replace(/\.$/, '')}. Until then HTTPS for this host fails.`;
  return { value: undefined, problems: [{ reason, message }] };
}
