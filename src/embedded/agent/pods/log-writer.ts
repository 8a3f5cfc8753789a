import { closeSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '../../../lib/clock.ts';
import { formatLogLine, logTime, maxLineBytes, maxLogBytes, type LogStream } from '../pod-logs.ts';

const newline = 0x0a;
/** Of Kubernetes' FallbackToLogsOnError: the last lines stand in for a message. */
const tailBytes = 2048;
const tailLines = 80;

/** Writes what a container says to its log as it comes, each line with its time and stream. */
export class LogWriter implements Disposable {
  readonly #fd: number;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #pending: Record<LogStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  #written = 0;
  #tail = '';

  constructor(path: string, clock: Pick<Clock, 'now'>) {
    this.#fd = openSync(path, 'w', 0o640);
    this.#clock = clock;
  }

  write(stream: LogStream, chunk: Buffer): void {
    if (this.#written > maxLogBytes) return;
    let rest = this.#pending[stream].length === 0 ? chunk : Buffer.concat([this.#pending[stream], chunk]);
    for (;;) {
      const end = rest.indexOf(newline);
      if (end < 0 && rest.length < maxLineBytes) break;
      const length = end < 0 || end > maxLineBytes ? maxLineBytes : end;
      this.#entry(stream, rest.subarray(0, length), length === end);
      rest = rest.subarray(length === end ? end + 1 : length);
    }
    // A copy: the chunk's memory belongs to the stream.
    this.#pending[stream] = Buffer.from(rest);
  }

  /** The last lines, for whoever sees no more of it. */
  get tail(): string {
    const lines = this.#tail.split('\n').slice(-tailLines - 1);
    return lines.join('\n').slice(-tailBytes);
  }

  /** What came without a line break at its end is a line too. */
  [Symbol.dispose](): void {
    for (const stream of ['stdout', 'stderr'] as const)
      if (this.#pending[stream].length > 0) this.#entry(stream, this.#pending[stream], true);
    closeSync(this.#fd);
  }

  #entry(stream: LogStream, bytes: Buffer, complete: boolean): void {
    const text = bytes.toString('utf8');
    this.#tail = `${this.#tail}${text}${complete ? '\n' : ''}`.slice(-2 * tailBytes);
    if (this.#written > maxLogBytes) return;
    this.#append({ time: logTime(this.#clock.now()), stream, complete, text });
    if (this.#written > maxLogBytes) this.#append(this.#endOfLog());
  }

  #append(line: Parameters<typeof formatLogLine>[0]): void {
    const entry = formatLogLine(line);
    writeSync(this.#fd, entry);
    this.#written += Buffer.byteLength(entry);
  }

  #endOfLog() {
    const text = `[the log ends here: it has ${maxLogBytes} bytes]`;
    return { time: logTime(this.#clock.now()), stream: 'stderr', complete: true, text } as const;
  }
}
