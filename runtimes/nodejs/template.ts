import { setImmediate } from 'node:timers/promises';
import type { Addon } from './addon.ts';
import { builtin } from './builtin.ts';
import { guardEnd, type Watch } from './end-of-process.ts';
import { findUnforkable } from './forkable.ts';
import type { Function } from './function.ts';
import { serveOne } from './serve-one.ts';

const { closeSync, readSync, writeSync } = builtin('node:fs');
const { inspect } = builtin('node:util');

/** The function can not be forked safely; the platform then starts it for each call. */
const exitNotForkable = 75;

const warmUpRounds = 20;
const requests = [
  'GET /warm?a=b HTTP/1.1\r\nHost: warm\r\nAccept: */*\r\nX-Request-Id: warm\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: warm\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a":"b"}',
  'POST / HTTP/1.1\r\nHost: warm\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
];

export interface TemplateOptions {
  bodyLimit: number;
  /** Called in each child. */
  afterFork: () => void;
  collectGarbage: () => void;
}

/** Forks this process, which has loaded the function, for every call. Returns in each child, with the call served. */
export async function runTemplate(
  addon: Addon,
  controlFd: number,
  target: Function,
  options: TemplateOptions,
): Promise<never> {
  const unforkable = await findUnforkable();
  if (unforkable.length > 0) {
    process.stderr.write(`The module keeps open what a fork would break: ${unforkable.join(', ')}\n`);
    return addon.exitNow(exitNotForkable, -1);
  }
  const template = { addon, target, watch: guardEnd(addon), ...options };
  // Out of any callback of the event loop's poll phase, whose descriptor the child replaces.
  await setImmediate();
  addon.inheritHeap();
  const isFirst = addon.serve(controlFd, 0);
  if (!isFirst) {
    // The first caller has a child already: now the later ones get a warm one.
    await prepare(template);
    addon.serve(controlFd, -1);
  }
  return serveChild(template);
}

interface Template extends TemplateOptions {
  addon: Addon;
  target: Function;
  watch: Watch;
}

/** Does all that a child will do, in the words that it will use: what is compiled here is not compiled in each of them. */
async function prepare(template: Template): Promise<void> {
  const { addon } = template;
  for (let round = 0; round < warmUpRounds; round++)
    for (const request of requests) await warmUp(template, request);
  template.collectGarbage();
  await setImmediate();
  addon.inheritHeap();
  if (addon.rehearse()) await rehearse(template);
}

/** In the forked child. Whatever fails here must not end in Node's own way out, which would hang (end-of-process.ts). */
async function serveChild(template: Template): Promise<never> {
  const { addon, target, bodyLimit, watch, afterFork } = template;
  try {
    afterFork();
    Object.defineProperty(process, 'pid', { value: addon.processId(), configurable: true, enumerable: true });
    const fd = addon.accept();
    await serveOne(fd, target, bodyLimit, watch);
    return addon.exitNow(0, fd);
  } catch (error) {
    process.stderr.write(`Cannot serve the call: ${inspect(error)}\n`);
    return addon.exitNow(1, -1);
  }
}

/** In a fork of its own: shows which memory a call writes. */
async function rehearse(template: Template): Promise<never> {
  await warmUp(template, requests[0] ?? '');
  return template.addon.endRehearsal();
}

const echo: Function = {
  handler: (event) => event.data,
  context: { 'function-name': 'warm-up', timeout: 1, runtime: undefined, 'memory-limit': undefined },
};

const stay = (() => undefined) as () => never;

/** An exchange with our own code only, none of the user's. */
async function warmUp(template: Template, request: string): Promise<void> {
  const [ours, theirs] = template.addon.socketPair();
  writeSync(ours, request);
  const addon = { ...template.addon, accept: () => theirs, exitNow: stay };
  await serveChild({ ...template, addon, target: echo, bodyLimit: Infinity });
  template.watch(null);
  closeSync(theirs);
  readSync(ours, Buffer.allocUnsafe(4096));
  closeSync(ours);
}
