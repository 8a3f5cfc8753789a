import { isRecord } from '../schema/structural-schema.ts';
import { badRequest } from '../status/refusals.ts';

export interface ContinueToken {
  /** The state all pages show; -1 means the newest one. */
  readonly revision: number;
  /** Path of the last object already shown. */
  readonly after: string;
}

const version = 'meta.k8s.io/v1';

export function encodeContinue({ revision, after }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: version, rv: revision, start: after })).toString('base64url');
}

/** @throws StatusError 400 for anything this server did not make. */
export function decodeContinue(token: string): ContinueToken {
  const value = parse(token);
  if (!isRecord(value) || value['v'] !== version) throw notValid();
  const { rv, start } = value;
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || typeof start !== 'string' || start === '')
    throw notValid();
  return { revision: rv, after: start };
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw notValid();
  }
}

function notValid(): Error {
  return badRequest('continue key is not valid');
}
