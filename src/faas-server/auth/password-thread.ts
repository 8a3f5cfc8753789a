import { Worker } from 'node:worker_threads';
import { beside } from '../../lib/beside.ts';

interface Waiting {
  resolve(isRight: boolean): void;
  reject(error: unknown): void;
}

/** To the thread, and back. */
export interface PasswordQuestion {
  ask: number;
  hash: string;
  password: string;
}

export interface PasswordAnswer {
  ask: number;
  isRight: boolean;
}

/** A thread costs some megabytes: it ends when nobody has asked for so long. */
const idleMs = 60_000;

/** Verifies passwords one after the other on a thread of its own, so that no call waits for a hash of somebody else's. */
export class PasswordThread implements AsyncDisposable {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #asks = 0;

  readonly verify = (hash: string, password: string): Promise<boolean> => {
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    this.#asks += 1;
    const question: PasswordQuestion = { ask: this.#asks, hash, password };
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.ask, { resolve, reject });
      worker.postMessage(question);
    });
  };

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle);
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(beside(import.meta, 'password-worker'));
    worker.unref();
    worker.on('message', (answer: PasswordAnswer) => this.#answered(worker, answer));
    worker.on('error', (error) => this.#ended(worker, error));
    worker.on('exit', () => this.#ended(worker, new Error('the thread that verifies passwords ended')));
    return worker;
  }

  #answered(worker: Worker, { ask, isRight }: PasswordAnswer): void {
    this.#waiting.get(ask)?.resolve(isRight);
    this.#waiting.delete(ask);
    if (this.#waiting.size > 0) return;
    this.#idle = setTimeout(() => this.#rest(worker), idleMs);
    this.#idle.unref();
  }

  /** Who asks while it ends gets another one. */
  #rest(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
    void worker.terminate();
  }

  /** Its questions have no answer; the next one starts another thread. */
  #ended(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
