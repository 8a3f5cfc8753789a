import { builtin } from './builtin.ts';
import { makeEvent } from './event.ts';
import type { Function } from './function.ts';
import { FunctionRequest, FunctionResponse } from './http-objects.ts';
import { BadRequest } from './request-head.ts';
import { refuse, respond } from './respond.ts';

const { inspect } = builtin('node:util');

/** An ordinary HTTP server: calls share this process, nothing is isolated. */
export function servePort(port: number, target: Function, bodyLimit: number): void {
  const types = { IncomingMessage: FunctionRequest, ServerResponse: FunctionResponse };
  const server = builtin('node:http').createServer(types, (request, response) => {
    if (request.url === '/healthz') response.end('OK');
    else void serve(request, response, target, bodyLimit);
  });
  server.listen(port, () => {
    const address = server.address();
    console.log(`Listening on port ${typeof address === 'object' ? address?.port : port}`);
  });
}

async function serve(
  request: FunctionRequest,
  response: FunctionResponse,
  target: Function,
  bodyLimit: number,
): Promise<void> {
  try {
    // As Kubeless did: a function reads multipart itself, with a library of its own.
    if (!request.get('content-type')?.startsWith('multipart/'))
      request.body = await readAll(request, bodyLimit);
    const event = makeEvent((name) => request.get(name), request.body, { request, response });
    await respond(response, await target.handler(event, { ...target.context }));
  } catch (error) {
    if (!(error instanceof BadRequest))
      process.stderr.write(`Function failed to execute: ${inspect(error)}\n`);
    const isCallersFault = error instanceof BadRequest;
    await refuse(
      response,
      isCallersFault ? error.status : 500,
      isCallersFault ? error.message : 'Internal Server Error',
    );
  }
}

async function readAll(request: FunctionRequest, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > limit)
      throw new BadRequest(`The body is larger than REQ_MB_LIMIT (${limit / 1_048_576} MB)`, 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
