import { createSecureContext, type SecureContext } from 'node:tls';
import type { BundleRoute } from '../../kontainer/routes.ts';
import type { Logger } from '../../lib/log.ts';
import { hostName } from '../routes/host-route.ts';
import type { RouteLookup } from '../routes/route-table.ts';
import { compareTexts, type FunctionRoute } from '../routes/route-tree.ts';

type Certificate = NonNullable<BundleRoute['certificate']>;

/** The certificates of the routes, as they are now: a new one in its Secret counts from the next connection on. */
export class Certificates {
  readonly #routes: Pick<RouteLookup, 'ofHost'>;
  readonly #log: Logger;
  readonly #contexts = new WeakMap<Certificate, SecureContext>();

  constructor(routes: Pick<RouteLookup, 'ofHost'>, log: Logger) {
    this.#routes = routes;
    this.#log = log;
  }

  /** For the name that a caller asks for (RFC 6066 §3). Without one the handshake fails: there is no certificate for all. */
  contextFor(serverName: string): SecureContext | undefined {
    const certificate = oldest([...(this.#routes.ofHost(hostName(serverName)) ?? [])]);
    if (certificate === undefined) return undefined;
    const known = this.#contexts.get(certificate);
    return known ?? this.#make(serverName, certificate);
  }

  #make(serverName: string, certificate: Certificate): SecureContext | undefined {
    try {
      const context = createSecureContext({ cert: certificate.chain, key: certificate.key });
      this.#contexts.set(certificate, context);
      return context;
    } catch (err) {
      this.#log.error({ err, serverName }, 'certificate cannot be used');
      return undefined;
    }
  }
}

/** One host has one certificate: that of its first route that has one. */
function oldest(routes: readonly FunctionRoute[]): Certificate | undefined {
  const withOne = routes.filter(({ route }) => route.certificate !== undefined);
  withOne.sort((a, b) => Number(a.route.byHand) - Number(b.route.byHand) || compareTexts(a.since, b.since));
  return withOne[0]?.route.certificate;
}
