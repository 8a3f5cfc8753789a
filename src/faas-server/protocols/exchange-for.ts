import type { Protocol } from '../../kontainer/spec.ts';
import { exchangeCgi } from './cgi/cgi-exchange.ts';
import type { Exchange } from './exchange.ts';
import { exchangeHttp } from './http/http-exchange.ts';
import { exchangeFiles } from './kontain-files/files-exchange.ts';

const exchanges: Record<Protocol, Exchange> = {
  'http-stream': exchangeHttp,
  http: exchangeHttp,
  cgi: exchangeCgi,
  'kontain-files': exchangeFiles,
};

export function exchangeFor(protocol: Protocol): Exchange {
  return exchanges[protocol];
}
