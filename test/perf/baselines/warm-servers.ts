import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../helpers/free-ports.ts';
import type { Contender } from '../measure/contender.ts';
import { httpMeasures } from '../measure/http-measures.ts';
import type { Workbench } from '../place/workbench.ts';

const startMs = 10_000;
const tryAgainMs = 20;

/** Starts a server, waits until it listens, and ends it with the workbench. */
export async function startServer(
  bench: Workbench,
  command: (port: number) => readonly string[],
): Promise<number> {
  const [port = 0] = await freePorts(1);
  const [file = '', ...args] = command(port);
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  bench.stack.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  await untilListening(port, () => child.exitCode !== null);
  return port;
}

export async function untilListening(port: number, isGone: () => boolean): Promise<void> {
  const deadline = performance.now() + startMs;
  while (!(await canConnect(port))) {
    if (isGone() || performance.now() > deadline) throw new Error(`Nothing listens on port ${port}`);
    await sleep(tryAgainMs);
  }
}

function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

/** waitress with nothing but a function that answers, or with bottle on top as most people would have it. */
export async function waitress(bench: Workbench, kind: 'plain' | 'bottle'): Promise<Contender> {
  const program = join(bench.programs, 'hello_wsgi.py');
  const port = await startServer(bench, (port) => ['/usr/bin/python3', program, String(port), kind]);
  const name = kind === 'plain' ? 'waitress' : 'waitress + bottle';
  return { name, measures: httpMeasures(bench.tools, port, ['/']) };
}

export async function nodeHttp(bench: Workbench): Promise<Contender> {
  const program = join(bench.programs, 'hello-http.mjs');
  const port = await startServer(bench, (port) => [bench.node, program, String(port)]);
  return { name: 'node:http', measures: httpMeasures(bench.tools, port, ['/']) };
}

/** The program of the sample image http-server, kept warm outside of any container. */
export async function warmHttpServer(bench: Workbench): Promise<Contender> {
  const folder = join(bench.root, 'samples/http-server');
  const busybox = join(bench.root, 'build/image-cache/trees/busybox/bin/busybox');
  const port = await startServer(bench, (port) => [
    busybox,
    'httpd',
    '-f',
    '-p',
    `127.0.0.1:${port}`,
    '-h',
    folder,
  ]);
  return { name: 'same server, warm', measures: httpMeasures(bench.tools, port, ['/']) };
}
