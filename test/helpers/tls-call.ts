import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';

export interface TlsAnswer {
  status: number;
  body: string;
  /** Names in the certificate that was shown. */
  names: string | undefined;
}

/** A call by HTTPS of a host that no DNS knows. Rejects where the certificate is not the one in `ca`, or there is none. */
export async function tlsCall(port: number, host: string, ca: string, path = '/'): Promise<TlsAnswer> {
  const options = {
    host: '127.0.0.1',
    port,
    path,
    servername: host,
    ca,
    headers: { host },
    agent: false as const,
  };
  const outgoing = request(options);
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const names = (response.socket as TLSSocket).getPeerX509Certificate()?.subjectAltName;
  return { status: response.statusCode ?? 0, body: await text(response), names };
}
