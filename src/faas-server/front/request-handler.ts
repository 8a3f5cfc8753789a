import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlatformError, toPlatformError } from '../../lib/errors.ts';
import { parseRoute, type Route } from '../routes/route.ts';
import { answeredAtGate } from './route-gate.ts';
import { corsFor, preflightHeaders } from './cors.ts';
import { answerError } from './error-answer.ts';
import { FrontCall } from './front-call.ts';
import type { FrontOptions } from './front-options.ts';
import { boundRest } from './linger.ts';
import { sendPage } from './paced-page.ts';
import { checkRequest } from './request-check.ts';
import { noRoute, recordOf, type RequestContext } from './request-context.ts';
import { requestIdOf } from './request-id.ts';

export interface HandlerOptions {
  front: FrontOptions;
  request: IncomingMessage;
  response: ServerResponse;
  /** The request's `Expect` header: none, `100-continue`, or one that cannot be met. */
  expects: 'nothing' | 'continue' | 'unknown';
}

/** Answers one request. Resolves when its answer is out; never rejects. */
export async function handleRequest({ front, request, response, expects }: HandlerOptions): Promise<void> {
  const context: RequestContext = {
    front,
    request,
    response,
    requestId: requestIdOf(request, front.ids),
    arrivedAt: front.clock.monotonic(),
    expectsContinue: expects === 'continue',
    route: noRoute,
  };
  // An error is the answer's to tell; one on a connection that is gone has nobody to tell.
  response.on('error', () => undefined);
  await answer(context, expects);
  boundRest(request, front.limits.linger.ms);
}

async function answer(context: RequestContext, expects: HandlerOptions['expects']): Promise<void> {
  const { request } = context;
  try {
    checkRequest(request);
    if (expects === 'unknown') throw unknownExpectation();
    if (request.url !== '*') context.route = await findRoute(context);
    if (await answeredHere(context, context.route)) return;
  } catch (error) {
    await refuse(context, context.route, toPlatformError(error));
    return;
  }
  await callFunction(context, context.route);
}

/** The notice of a function comes a moment after the function: before one is not found, the broker looks for it. */
async function findRoute({ front, request }: RequestContext): Promise<Route> {
  const parse = (): Route => parseRoute(request.url ?? '', request.headers.host, front.routes);
  const route = parse();
  const { candidates } = route;
  const isKnown = candidates.some(({ namespace, name }) => front.routes.has(namespace, name));
  if (isKnown || candidates.length === 0) return route;
  return (await front.broker.look(candidates)) ? parse() : route;
}

/** What the server answers itself: its own paths, and CORS preflight requests, which are not counted as calls. */
async function answeredHere(context: RequestContext, route: Route): Promise<boolean> {
  const { front, request, response, requestId } = context;
  if (route.reserved && route.candidates.length === 0) {
    await answerReserved(context, route);
    return true;
  }
  if (route.via) return answeredAtGate(context, route.via);
  const cors = route.candidates.every((candidate) => corsFor(front.cors, candidate)) && front.cors.enabled;
  if (request.method !== 'OPTIONS' || (!cors && request.url !== '*')) return false;
  const headers = cors ? preflightHeaders(request) : [];
  response.writeHead(200, ['x-request-id', requestId, ...headers, 'Content-Length', '0']).end();
  return true;
}

async function answerReserved({ front, response }: RequestContext, { reserved }: Route): Promise<void> {
  if (!reserved) return;
  await sendPage(response, await front.reserved(reserved), front.limits.headersTimeoutMs);
}

async function callFunction(context: RequestContext, route: Route): Promise<void> {
  const { front } = context;
  const call = new FrontCall(context, route);
  try {
    if (route.candidates.length === 0) throw new PlatformError('not_found', 'this path names no function');
    if (front.draining())
      throw new PlatformError('draining', 'the server is shutting down', { data: retryNow });
    await call.run();
    call.finish(call.answered);
  } catch (thrown) {
    const error = toPlatformError(thrown);
    if (error.code === 'not_found' && route.reserved) return answerReserved(context, route);
    logUnexpected(context, error);
    const status = await answerError(context, error);
    call.finish({ outcome: error.code, status, reason: error.message });
  }
}

async function refuse(context: RequestContext, route: Route, error: PlatformError): Promise<void> {
  logUnexpected(context, error);
  const status = await answerError(context, error);
  const { code: outcome, message: reason } = error;
  const record = recordOf(context, { outcome, status, reason, bytesIn: 0, bytesOut: 0, firstByteAt: null });
  context.front.broker.refused(record, route.candidates);
}

function logUnexpected({ front, requestId }: RequestContext, error: PlatformError): void {
  if (error.code === 'internal') front.log.error({ err: error, requestId }, 'call failed in the server');
}

const retryNow = { retryAfterSeconds: 1 };

function unknownExpectation(): PlatformError {
  return new PlatformError('expectation_failed', 'only "Expect: 100-continue" can be met');
}
