import type { BundleRoute } from '../kontainer/routes.ts';
import { parseHtpasswd } from '../lib/htpasswd/parse-htpasswd.ts';
import type { FoundSecret, Resolved } from './resolved-secret.ts';

/** As ingress-nginx names it. */
const dataKey = 'auth';

/** Who may call a route, from the Secret that its `basicAuthSecret` names. */
export function accessFrom(name: string, secret: FoundSecret): Resolved<BundleRoute['access']> {
  if (typeof secret === 'string') return closed('SecretNotFound', secret);
  const data = secret.data?.[dataKey];
  if (data === undefined) {
    return closed('InvalidSecret', `Secret ${name} has no key ${dataKey}; put there what htpasswd -B writes`);
  }
  const { users, problems } = parseHtpasswd(Buffer.from(data, 'base64').toString('utf8'));
  const found = problems.join('; ');
  if (Object.keys(users).length === 0) {
    return closed('InvalidSecret', `Secret ${name} names nobody${found === '' ? '' : `: ${found}`}`);
  }
  const message = `In Secret ${name}, ${found}. Who is left may call the route.`;
  const complaints = found === '' ? [] : [{ reason: 'InvalidSecret', message: message.slice(0, 4000) }];
  return { value: { kind: 'basic', users: { ...users } }, problems: complaints };
}

function closed(reason: string, why: string): Resolved<BundleRoute['access']> {
  const message = `${why.slice(0, 3000).replace(/\.$/, '')}. Until then the route is closed: nobody can call it.`;
  return { value: { kind: 'closed' }, problems: [{ reason, message }] };
}
