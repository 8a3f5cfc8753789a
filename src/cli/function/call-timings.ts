import type { ClientRequest } from 'node:http';
import type { Clock } from '../../lib/clock.ts';

/** Where the time of a call went, as the caller sees it. */
export class CallTimings {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #start: number;
  /** What ended when, in that order. */
  readonly #marks: { phase: string; at: number }[] = [];

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#start = clock.monotonic();
  }

  watch(request: ClientRequest): void {
    request.once('socket', (socket) => {
      socket.once('lookup', () => this.mark('lookup'));
      socket.once('connect', () => this.mark('connect'));
      socket.once('secureConnect', () => this.mark('TLS'));
    });
    request.once('finish', () => this.mark('send'));
    request.once('response', () => this.mark('wait'));
  }

  /** `phase` ends now. */
  mark(phase: string): void {
    this.#marks.push({ phase, at: this.#clock.monotonic() });
  }

  /** `connect 0.2 ms, send 0.1 ms, wait 3.4 ms, receive 0.2 ms; 3.9 ms in all` */
  toString(): string {
    const phases = this.#marks.map(({ phase, at }, i) => {
      const before = this.#marks[i - 1]?.at ?? this.#start;
      return `${phase} ${(at - before).toFixed(1)} ms`;
    });
    const total = (this.#marks.at(-1)?.at ?? this.#start) - this.#start;
    return `${phases.join(', ')}; ${total.toFixed(1)} ms in all`;
  }
}
