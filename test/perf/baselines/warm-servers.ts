import { join } from 'node:path';
import type { Contender } from '../measure/contender.ts';
import { httpMeasures } from '../measure/http-measures.ts';
import { startServer } from '../place/processes.ts';
import type { Workbench } from '../place/workbench.ts';

/** waitress with nothing but a function that answers, or with bottle on top as most people would have it. */
export async function waitress(bench: Workbench, kind: 'plain' | 'bottle'): Promise<Contender> {
  const program = join(bench.programs, 'hello_wsgi.py');
  const port = await start(bench, (port) => ['/usr/bin/python3', program, String(port), kind]);
  const name = kind === 'plain' ? 'waitress' : 'waitress + bottle';
  return { name, measures: httpMeasures(bench.tools, port, ['/']) };
}

export async function nodeHttp(bench: Workbench): Promise<Contender> {
  const program = join(bench.programs, 'hello-http.mjs');
  const port = await start(bench, (port) => [bench.node, program, String(port)]);
  return { name: 'node:http', measures: httpMeasures(bench.tools, port, ['/']) };
}

/** The program of the sample image http-server, kept warm outside of any container. */
export async function warmHttpServer(bench: Workbench): Promise<Contender> {
  const folder = join(bench.root, 'samples/http-server');
  const busybox = join(bench.root, 'build/image-cache/trees/busybox/bin/busybox');
  const port = await start(bench, (port) => [
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

async function start(bench: Workbench, command: (port: number) => readonly string[]): Promise<number> {
  const server = bench.stack.use(await startServer({ command, logFile: join(bench.home, 'servers.log') }));
  return server.port;
}
