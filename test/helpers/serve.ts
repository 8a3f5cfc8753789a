import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { builtin } from '../../src/lib/builtin.ts';

const { createServer } = builtin('node:http');

/** An HTTP server on loopback; what ends with a slash is a page: 200 with what `answer` gives, else the failure of the path or of `*`, else 404. */
export async function serve(
  answer: (request: IncomingMessage, body: Buffer) => Buffer | undefined | Promise<Buffer | undefined>,
  failures: Record<string, [number, string]> = {},
  port = 0,
) {
  const server = createServer((request, response) => {
    void buffer(request).then(async (body) => {
      const [status, text] = failures[request.url ?? ''] ?? failures['*'] ?? [404, 'no'];
      const content = await answer(request, body);
      const type = request.url?.endsWith('/') === true ? { 'content-type': 'text/html' } : {};
      response.writeHead(content === undefined ? status : 200, type).end(content ?? text);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
