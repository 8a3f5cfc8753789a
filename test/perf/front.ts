/**
 * What the HTTP front costs a call: serial calls through it to a Kontainer that is a socket of this process, beside a plain
 * node:http proxy in front of a node:http server. Prints JSON; ratios count, the machine is noisy.
 */
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrontHarness } from '../helpers/front-harness.ts';
import { respond } from '../helpers/inline-functions.ts';

const calls = Number(process.argv[2] ?? 2000);
const answer = 'hello';

function get(port: number, path: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, path, agent, host: '127.0.0.1' }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    request.on('error', reject);
    request.end();
  });
}

/** Milliseconds of wall time and of this process's CPU per call, p50 of the wall time. */
async function measure(port: number, path: string): Promise<{ p50: number; cpu: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let count = 0; count < calls / 4; count += 1) await get(port, path, agent);
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let count = 0; count < calls; count += 1) {
    const start = performance.now();
    await get(port, path, agent);
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  agent.destroy();
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(times.length / 2)] ?? 0, cpu: (user + system) / 1000 / calls };
}

async function listening(server: Server, at: string | number): Promise<Server> {
  server.listen(at);
  await once(server, 'listening');
  return server;
}

const folder = await mkdtemp(join(tmpdir(), 'perf-front-'));
const socketPath = join(folder, 's');
const backend = await listening(
  createServer((_, response) => response.end(answer)),
  socketPath,
);
const proxy = await listening(
  createServer((incoming, response) => {
    const options = { socketPath, agent: false, path: '/', headers: incoming.headers } as const;
    incoming.pipe(
      httpRequest(options, (from) => {
        response.writeHead(from.statusCode ?? 0, from.headers);
        from.pipe(response);
      }),
    );
  }),
  0,
);
const bytes = `HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`;
const front = await FrontHarness.start({ functions: { hello: respond(bytes) } });
const results = {
  proxy: await measure((proxy.address() as AddressInfo).port, '/'),
  front: await measure(front.port, '/default/hello'),
};
const report = { ...results, ratio: results.front.p50 / results.proxy.p50 };
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
await front[Symbol.asyncDispose]();
for (const server of [proxy, backend]) {
  server.close();
  server.closeAllConnections();
}
await rm(folder, { recursive: true, force: true });
