import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../schema/structural-schema.ts';
import { setOwn } from './merge-patch.ts';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** Upstream's limit on operations of one patch. */
const maximumOperations = 10_000;

export class PatchError extends Error {
  /** `malformed` is answered with 400, `inapplicable` with 422. */
  readonly kind: 'malformed' | 'inapplicable';

  constructor(kind: 'malformed' | 'inapplicable', message: string) {
    super(message);
    this.name = 'PatchError';
    this.kind = kind;
  }
}

/**
 * JSON patch (RFC 6902). Changes neither argument.
 * @throws PatchError when the patch is no patch or does not fit the document.
 */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  const holder = { root: structuredClone(document) };
  for (const operation of parse(patch)) applyOperation(holder, operation);
  return holder.root;
}

function parse(patch: unknown): Operation[] {
  if (!Array.isArray(patch))
    throw new PatchError('malformed', 'error decoding patch: a JSON patch is a list of operations');
  if (patch.length > maximumOperations) {
    const message = `The allowed maximum operations in a JSON patch is ${maximumOperations}, got ${patch.length}`;
    throw new PatchError('malformed', message);
  }
  return patch.map((operation: unknown) => {
    if (isRecord(operation) && typeof operation['op'] === 'string' && typeof operation['path'] === 'string') {
      return operation as unknown as Operation;
    }
    throw new PatchError('malformed', 'error decoding patch: each operation needs op and path');
  });
}

type Holder = { root: unknown };

type Apply = (holder: Holder, operation: Operation) => void;

const operations: Readonly<Record<string, Apply>> = {
  add: (holder, { path, value }) => add(holder, path, structuredClone(value ?? null)),
  remove: (holder, { path }) => {
    remove(holder, path);
  },
  replace: (holder, { path, value }) => replace(holder, path, structuredClone(value ?? null)),
  move: (holder, { path, from }) => add(holder, path, remove(holder, needFrom(from, path))),
  copy: (holder, { path, from }) => add(holder, path, structuredClone(read(holder, needFrom(from, path)))),
  test: (holder, { path, value }) => {
    if (!isDeepStrictEqual(read(holder, path), value ?? null))
      throw inapplicable(`testing path ${path} failed`);
  },
};

function applyOperation(holder: Holder, operation: Operation): void {
  const apply = Object.hasOwn(operations, operation.op) ? operations[operation.op] : undefined;
  if (!apply) throw new PatchError('malformed', `Unexpected kind: ${operation.op}`);
  apply(holder, operation);
}

function needFrom(from: unknown, path: string): string {
  if (typeof from === 'string' && !path.startsWith(`${from}/`)) return from;
  throw inapplicable(`the operation at ${path} needs a "from" outside of it`);
}

function inapplicable(detail: string): PatchError {
  return new PatchError(
    'inapplicable',
    `the server rejected our request due to an error in our request: ${detail}`,
  );
}

function pointer(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw inapplicable(`${path} is not a JSON pointer`);
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

interface Place {
  readonly parent: unknown;
  readonly name: string;
}

function locate(holder: Holder, path: string): Place {
  const parts = ['root', ...pointer(path)];
  const name = parts.pop() ?? 'root';
  return { parent: parts.reduce<unknown>((value, part) => child(value, part, path), holder), name };
}

function child(parent: unknown, name: string, path: string): unknown {
  if (Array.isArray(parent)) return parent[index(name, parent.length - 1, path)];
  if (isRecord(parent) && Object.hasOwn(parent, name)) return parent[name];
  throw inapplicable(`path ${path} does not exist`);
}

function index(name: string, maximum: number, path: string): number {
  if (/^(?:0|[1-9]\d*)$/.test(name) && Number(name) <= maximum) return Number(name);
  throw inapplicable(`path ${path}: ${name} is not an index of that list`);
}

function read(holder: Holder, path: string): unknown {
  const { parent, name } = locate(holder, path);
  return child(parent, name, path);
}

function add(holder: Holder, path: string, value: unknown): void {
  const { parent, name } = locate(holder, path);
  if (Array.isArray(parent))
    parent.splice(name === '-' ? parent.length : index(name, parent.length, path), 0, value);
  else if (isRecord(parent)) setOwn(parent, name, value);
  else throw inapplicable(`path ${path} does not exist`);
}

function replace(holder: Holder, path: string, value: unknown): void {
  const { parent, name } = locate(holder, path);
  child(parent, name, path);
  if (Array.isArray(parent)) parent[Number(name)] = value;
  else setOwn(parent as Record<string, unknown>, name, value);
}

function remove(holder: Holder, path: string): unknown {
  const { parent, name } = locate(holder, path);
  const removed = child(parent, name, path);
  if (Array.isArray(parent)) parent.splice(Number(name), 1);
  else if (isRecord(parent)) delete parent[name];
  return removed;
}
