import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Exit, Kontainer, Template } from '../../src/kontainer/kontainer.ts';

/** Long enough for a busy machine; no test waits for it unless something hangs. */
export const patienceMs = 30_000;

export interface Answer {
  text: string;
  log: string;
  exit: Exit;
  id: string;
}

export interface CallOptions {
  body?: string | Uint8Array;
  signal?: AbortSignal;
}

/** Starts a Kontainer for a probe's command; `log` collects what it prints. */
export async function begin(
  template: Template,
  command: string,
  { signal = AbortSignal.timeout(patienceMs) }: CallOptions = {},
): Promise<{ kontainer: Kontainer; log: Buffer[] }> {
  const log: Buffer[] = [];
  const kontainer = await template.start({
    output: (_, chunk) => void log.push(chunk),
    signal,
    ...(template.spec.protocol === 'cgi' ? { callEnv: { QUERY_STRING: command } } : {}),
  });
  return { kontainer, log };
}

/** One whole exchange: the command's output until it closes the stream. Waits for the Kontainer's own end, as for `cgi`. */
export async function call(template: Template, command: string, options: CallOptions = {}): Promise<Answer> {
  const { kontainer, log } = await begin(template, command, options);
  const stream = kontainer.connect();
  const request = options.body ?? requestOf(template, command);
  /* writing nothing is a write too, and fails when the program has ended already */
  if (request.length > 0) stream.write(request);
  stream.end();
  const text = await readAll(stream);
  if (template.spec.protocol === 'http') kontainer.kill('done');
  const exit = await within(kontainer.exited, `the end of ${command}`);
  return { text, log: Buffer.concat(log).toString('utf8'), exit, id: kontainer.id };
}

function requestOf({ spec }: Template, command: string): string {
  if (spec.protocol === 'cgi') return '';
  if (spec.protocol === 'kontain-files') return command;
  return `GET /${command.replaceAll(' ', '%20')} HTTP/1.1\r\nHost: probe\r\n\r\n`;
}

/** Everything until the end. */
export async function readAll(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Resolves when nothing more will come, for whatever reason: its Kontainer is killed. */
export async function readToEnd(stream: Duplex): Promise<void> {
  const over = finished(stream, { writable: false }).catch(() => undefined);
  stream.on('error', () => undefined).resume();
  await within(over, 'the end of the stream');
}

/** Resolves with the first bytes. */
export async function readSome(stream: Duplex): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  stream.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
  stream.once('error', reject);
  stream.once('end', () => reject(new Error('the stream ended without a byte')));
  return within(promise, 'the first bytes');
}

/** `name TAB value` lines; the values of a name that comes again are joined by commas. */
export function fields(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [name = '', ...value] = line.split('\t');
    if (value.length === 0) continue;
    const before = found[name];
    found[name] = before === undefined ? value.join('\t').trim() : `${before},${value.join('\t').trim()}`;
  }
  return found;
}

/** Fails with words instead of a test that hangs. */
export async function within<T>(promise: Promise<T>, what: string, milliseconds = patienceMs): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`waited ${milliseconds} ms for ${what}`)), milliseconds);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again and again, for what the kernel does in its own time. */
export async function eventually(check: () => void, what: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return check();
    } catch (cause) {
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
