import { PlatformError } from '../lib/errors.ts';
import { idCount } from './id-base.ts';

export interface ImageUser {
  uid: number;
  gid: number;
  groups: number[];
  /** Home folder; `/` for an id without an account. */
  home: string;
}

/** Text of `/etc/passwd` and `/etc/group` of the image; '' where it has none. */
export interface Accounts {
  passwd: string;
  group: string;
}

/**
 * Numeric ids for `User` of an image configuration: `user`, `uid`, `user:group` with names or numbers on both sides, by
 * the rules that container runtimes follow (runc's libcontainer/user). '' is root. Throws `invalid` for names that the
 * image does not know.
 */
export function resolveUser(user: string, accounts: Accounts): ImageUser {
  const [userPart = '', groupPart = '', ...more] = user.split(':');
  if (more.length > 0) throw unusable(user, 'it has more than one ":"');
  const { name, home, ids } = findAccount(userPart === '' ? '0' : userPart, user, accounts);
  if (groupPart !== '') return { ...ids, gid: findGroup(groupPart, user, accounts), groups: [], home };
  return { ...ids, groups: supplementaryGroups(name, accounts), home };
}

interface Account {
  name: string | null;
  home: string;
  ids: { uid: number; gid: number };
}

function findAccount(text: string, user: string, { passwd }: Accounts): Account {
  const id = numericId(text);
  const accounts = rows(passwd).map(parseAccount);
  const found = accounts.find(
    (account) => account !== null && (account.name === text || account.ids.uid === id),
  );
  if (found !== undefined && found !== null) return found;
  if (id !== null) return { name: null, home: '/', ids: { uid: id, gid: 0 } };
  throw unusable(user, `the image has no user "${text}" in its /etc/passwd`);
}

/** A line of passwd(5); null for one that is none. */
function parseAccount([name = '', , uid = '', gid = '', , home = '']: string[]): Account | null {
  const ids = { uid: numericId(uid), gid: numericId(gid) };
  if (name === '' || ids.uid === null || ids.gid === null) return null;
  return { name, home: home === '' ? '/' : home, ids: { uid: ids.uid, gid: ids.gid } };
}

function findGroup(text: string, user: string, { group }: Accounts): number {
  const id = numericId(text);
  for (const [name = '', , gid = ''] of rows(group)) {
    const found = numericId(gid);
    if (found !== null && (name === text || found === id)) return found;
  }
  if (id !== null) return id;
  throw unusable(user, `the image has no group "${text}" in its /etc/group`);
}

function supplementaryGroups(user: string | null, { group }: Accounts): number[] {
  if (user === null) return [];
  const ids = rows(group)
    .filter(([, , , members = '']) => members.split(',').includes(user))
    .map(([, , gid = '']) => numericId(gid));
  return [...new Set(ids.filter((id) => id !== null))];
}

const rows = (text: string): string[][] => text.split('\n').map((line) => line.trim().split(':'));

/** An id that a Kontainer can have, or null: names of accounts are never numbers. */
function numericId(text: string): number | null {
  const id = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return id < idCount ? id : null;
}

function unusable(user: string, reason: string): PlatformError {
  return new PlatformError(
    'invalid',
    `The user ${JSON.stringify(user)} of the image cannot be used: ${reason}.`,
    {
      hint: `Set USER in the image to a user it has, or to a number below ${idCount}.`,
    },
  );
}
