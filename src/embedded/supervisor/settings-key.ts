import { createHash } from 'node:crypto';

/** They say which instance it is, not how it is set; another port is seen by itself. */
const identity: readonly string[] = ['KONTAIN_HOME', 'KONTAIN_PORT'];

/** Changes with any KONTAIN_… variable, so that `up` can tell an instance with other settings. */
export function settingsKey(env: Readonly<Record<string, string | undefined>>): string {
  const settings = Object.entries(env)
    .filter(([name, value]) => name.startsWith('KONTAIN_') && value && !identity.includes(name))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 16);
}
