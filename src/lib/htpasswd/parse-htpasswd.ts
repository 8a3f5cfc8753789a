/** Names with their hashed passwords, and what could not be taken, as sentences without any password. */
export interface Htpasswd {
  users: Record<string, string>;
  problems: string[];
}

/** Of bcrypt, as a power of two: 14 takes about a second. */
const largestCost = 14;
const mostRounds = 500_000;

const formats: readonly RegExp[] = [
  /^\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}$/,
  /^\$(apr1|1)\$[^$:]{0,8}\$[./0-9A-Za-z]{22}$/,
  /^\$5\$(rounds=[0-9]{1,9}\$)?[^$:]{0,16}\$[./0-9A-Za-z]{43}$/,
  /^\$6\$(rounds=[0-9]{1,9}\$)?[^$:]{0,16}\$[./0-9A-Za-z]{86}$/,
  /^\{SHA\}[A-Za-z0-9+/]{27}=$/,
  /^\{SSHA\}[A-Za-z0-9+/]{28,200}={0,2}$/,
];

/**
 * A file as htpasswd(1) writes it: bcrypt, MD5 (apr1), SHA-1, and crypt(3) with SHA-256 and SHA-512. The old crypt(3) and
 * plain passwords are not taken. Of two lines for one name the first counts, as in Apache and nginx.
 */
export function parseHtpasswd(text: string): Htpasswd {
  const users: Record<string, string> = Object.create(null) as Record<string, string>;
  const problems: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const entry = line.trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const colon = entry.indexOf(':');
    const name = entry.slice(0, Math.max(colon, 0));
    const hash = entry.slice(colon + 1).split(':', 1)[0] ?? '';
    const problem = name === '' ? `line ${index + 1} is not of the form name:password` : problemOf(hash);
    if (problem === undefined) users[name] ??= hash;
    else problems.push(name === '' ? problem : `the password of ${name.slice(0, 100)} ${problem}`);
  }
  return { users, problems };
}

function problemOf(hash: string): string | undefined {
  if (!formats.some((format) => format.test(hash)))
    return 'has a format that is not taken; write it with htpasswd -B';
  const cost = /^\$2[aby]\$([0-9]{2})/.exec(hash)?.[1];
  if (cost !== undefined && (Number(cost) < 4 || Number(cost) > largestCost))
    return `has a cost of ${Number(cost)}, which would hold up all calls; write it with a cost of at most ${largestCost}`;
  const rounds = /^\$[56]\$rounds=([0-9]+)/.exec(hash)?.[1];
  if (rounds !== undefined && Number(rounds) > mostRounds)
    return `has ${rounds} rounds, which would hold up all calls; write it with at most ${mostRounds}`;
  return undefined;
}
