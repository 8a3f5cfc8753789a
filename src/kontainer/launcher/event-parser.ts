/** What the launcher reports; the list of lines stands in native/launcher/commands.c. */
export type LauncherEvent =
  | { type: 'started'; protocol: number }
  | { type: 'mounted'; id: number; errno: number }
  | { type: 'up'; id: number }
  /** Memory of a template, in bytes. */
  | { type: 'holds'; id: number; bytes: number }
  | { type: 'ready'; id: number }
  | { type: 'gone'; id: number; status: number; outOfMemory: boolean }
  | { type: 'failed'; id: number; step: string; errno: number }
  | { type: 'cut'; id: number }
  | { type: 'out'; id: number; stream: 'stdout' | 'stderr'; chunk: Buffer }
  | ExitEvent;

export interface ExitEvent {
  type: 'exit';
  id: number;
  code: number | null;
  signal: number | null;
  outOfMemory: boolean;
  cpuMicros: number;
  memoryPeakBytes: number;
}

const lineFeed = 0x0a;
const known = (value: number): number | null => (value < 0 ? null : value);

type Parse = (fields: number[], text: string[]) => LauncherEvent;

const parsers: Record<string, Parse> = {
  started: ([protocol = 0]) => ({ type: 'started', protocol }),
  mounted: ([id = 0, errno = 0]) => ({ type: 'mounted', id, errno }),
  up: ([id = 0]) => ({ type: 'up', id }),
  holds: ([id = 0, bytes = 0]) => ({ type: 'holds', id, bytes }),
  ready: ([id = 0]) => ({ type: 'ready', id }),
  cut: ([id = 0]) => ({ type: 'cut', id }),
  gone: ([id = 0, status = 0, oom = 0]) => ({ type: 'gone', id, status, outOfMemory: oom > 0 }),
  failed: ([id = 0, , errno = 0], [, step = '']) => ({ type: 'failed', id, step, errno }),
  exit: ([id = 0, code = -1, signal = -1, oom = 0, cpuMicros = 0, memoryPeakBytes = 0]) => ({
    type: 'exit',
    id,
    code: known(code),
    signal: known(signal),
    outOfMemory: oom > 0,
    cpuMicros,
    memoryPeakBytes,
  }),
};

/** Turns the launcher's standard output, in pieces of any size, into events. Throws on a line it does not know. */
export class EventParser {
  #rest: Buffer = Buffer.alloc(0);
  #output: { id: number; stream: 'stdout' | 'stderr'; length: number } | null = null;

  *push(piece: Buffer): Generator<LauncherEvent> {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    for (let event = this.#next(); event !== null; event = this.#next()) {
      if (event !== 'more') yield event;
    }
  }

  #next(): LauncherEvent | 'more' | null {
    if (this.#output !== null) return this.#takeOutput(this.#output);
    const end = this.#rest.indexOf(lineFeed);
    if (end < 0) return null;
    const [name = '', ...text] = this.#rest.toString('latin1', 0, end).split('\t');
    this.#rest = this.#rest.subarray(end + 1);
    if (name === 'out') return this.#beginOutput(text);
    const parse = parsers[name];
    if (parse === undefined) throw new Error(`unknown launcher event ${JSON.stringify(name)}`);
    return parse(text.map(Number), text);
  }

  #beginOutput([id, stream, length]: string[]): 'more' {
    this.#output = { id: Number(id), stream: stream === '2' ? 'stderr' : 'stdout', length: Number(length) };
    return 'more';
  }

  #takeOutput({
    id,
    stream,
    length,
  }: {
    id: number;
    stream: 'stdout' | 'stderr';
    length: number;
  }): LauncherEvent | null {
    if (this.#rest.length < length) return null;
    const chunk = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.#output = null;
    return { type: 'out', id, stream, chunk };
  }
}
