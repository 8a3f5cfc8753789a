/** What a registry asks for with a 401, from its WWW-Authenticate header (RFC 9110 §11.6.1). */
export type Challenge =
  | { scheme: 'basic' }
  | { scheme: 'bearer'; realm: string; parameters: Readonly<Record<string, string>> };

const parameter = /([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/** Undefined where it asks for nothing that we know. */
export function parseChallenge(header: string): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z]+)\s*(.*)$/s.exec(header) ?? [];
  if (scheme.toLowerCase() === 'basic') return { scheme: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  const found = [...rest.matchAll(parameter)].map(([, name = '', quoted, plain]): [string, string] => [
    name.toLowerCase(),
    quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '',
  ]);
  const { realm, ...parameters } = Object.fromEntries(found);
  return realm === undefined || !/^https?:\/\//.test(realm)
    ? undefined
    : { scheme: 'bearer', realm, parameters };
}

/** Where the token is asked for: https://distribution.github.io/distribution/spec/auth/token/ */
export function tokenUrl({ realm, parameters }: Extract<Challenge, { scheme: 'bearer' }>): URL {
  const url = new URL(realm);
  for (const name of ['service', 'scope']) {
    const value = parameters[name];
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}
