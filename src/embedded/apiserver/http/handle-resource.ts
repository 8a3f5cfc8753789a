import type { IncomingMessage } from 'node:http';
import type { ApiContext } from '../verbs/api-context.ts';
import { createObject } from '../verbs/create.ts';
import { deleteCollection } from '../verbs/delete-collection.ts';
import { deleteOptions } from '../verbs/delete-options.ts';
import { deleteObject, deletionReply } from '../verbs/delete.ts';
import { listObjects } from '../verbs/list.ts';
import { patchObject, requirePatchType } from '../verbs/patch.ts';
import { presentList, presentObject } from '../verbs/present.ts';
import { mustReadObject, type ResourceRequest } from '../verbs/resource-request.ts';
import { replaceObject } from '../verbs/update.ts';
import { writeOptions } from '../verbs/write-options.ts';
import { badRequest, methodNotAllowed } from '../status/refusals.ts';
import { mediaType, parseBody, readBody } from './body.ts';
import { parseProtobuf, protobufType } from './protobuf-body.ts';
import { negotiate } from './negotiate.ts';
import { json, type Reply } from './reply.ts';

interface Exchange {
  readonly context: ApiContext;
  readonly request: ResourceRequest;
  readonly message: IncomingMessage;
}

type Handler = (exchange: Exchange) => Reply | Promise<Reply>;

const objectHandlers: Readonly<Record<string, Handler>> = {
  GET: get,
  PUT: put,
  PATCH: patch,
  DELETE: remove,
};
const collectionHandlers: Readonly<Record<string, Handler>> = { GET: list, POST: post, DELETE: removeAll };

/** Picks the verb for a request to a kind; watches are answered elsewhere. @throws StatusError */
export function handleResource(exchange: Exchange): Reply | Promise<Reply> {
  const { request, message } = exchange;
  const handlers = request.name === '' ? collectionHandlers : objectHandlers;
  const method = message.method === 'HEAD' ? 'GET' : (message.method ?? '');
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (!handler || !isPlaced(request, method)) throw methodNotAllowed();
  if (request.subresource !== '' && method === 'DELETE') throw methodNotAllowed();
  return handler(exchange);
}

/** Namespaced objects are read across namespaces as a list only. */
function isPlaced({ definition, namespace, name }: ResourceRequest, method: string): boolean {
  return !definition.namespaced || namespace !== '' || (name === '' && method === 'GET');
}

function view({ context, message }: Exchange): ReturnType<typeof negotiate> & { now: number } {
  return { ...negotiate(message.headers.accept), now: context.clock.now() };
}

async function body({ message, request }: Exchange): Promise<unknown> {
  const bytes = await readBody(message);
  if (bytes.length === 0) throw badRequest('the request needs a body');
  const type = mediaType(message);
  return type === protobufType ? parseProtobuf(bytes, request.definition) : parseBody(bytes, type);
}

function get(exchange: Exchange): Reply {
  const { context, request } = exchange;
  return json(presentObject(request, mustReadObject(context, request), view(exchange)));
}

function list(exchange: Exchange): Reply {
  const { context, request } = exchange;
  return json(presentList(request, listObjects(context, request), view(exchange)));
}

async function post(exchange: Exchange): Promise<Reply> {
  const { context, request } = exchange;
  const shown = view(exchange);
  const options = writeOptions(request.query, 'CreateOptions');
  const { object, warnings } = createObject(context, request, await body(exchange), options);
  return { ...json(presentObject(request, object, shown), 201), warnings };
}

async function put(exchange: Exchange): Promise<Reply> {
  const { context, request } = exchange;
  const shown = view(exchange);
  const options = writeOptions(request.query, 'UpdateOptions');
  const { object, warnings, created } = replaceObject(context, request, await body(exchange), options);
  return { ...json(presentObject(request, object, shown), created ? 201 : 200), warnings };
}

async function patch(exchange: Exchange): Promise<Reply> {
  const { context, request, message } = exchange;
  const type = mediaType(message);
  requirePatchType(type, request.definition);
  const shown = view(exchange);
  const options = writeOptions(request.query, 'PatchOptions');
  const { object, warnings } = patchObject(context, request, { type, value: await body(exchange) }, options);
  return { ...json(presentObject(request, object, shown)), warnings };
}

async function deleteBody(message: IncomingMessage): Promise<unknown> {
  const bytes = await readBody(message);
  return bytes.length === 0 ? undefined : parseBody(bytes, mediaType(message));
}

async function remove({ context, request, message }: Exchange): Promise<Reply> {
  const options = deleteOptions(request.query, await deleteBody(message));
  return json(deletionReply(request, deleteObject(context, request, options)));
}

async function removeAll(exchange: Exchange): Promise<Reply> {
  const { context, request, message } = exchange;
  const options = deleteOptions(request.query, await deleteBody(message));
  return json(presentList(request, deleteCollection(context, request, options), view(exchange)));
}
