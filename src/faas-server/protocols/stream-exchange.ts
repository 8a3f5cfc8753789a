import type { Duplex } from 'node:stream';
import { PlatformError } from '../../lib/errors.ts';
import { HttpSyntaxError } from '../../lib/http/response-head.ts';
import { ClosedEarly, type BodySink, type ExchangeCall } from './exchange.ts';

/** What a protocol has to say about the two directions of the stream. */
export interface StreamCodec {
  /** Where the caller's body goes; bytes are written to the stream by the codec. */
  readonly sink: BodySink;
  /** Bytes from the function. Throws HttpSyntaxError or PlatformError when they are not an answer. */
  push(chunk: Buffer): void;
  /** The answer is complete: nothing more is awaited. */
  readonly done: boolean;
  /** The end of the stream is the end of the answer. */
  readonly endsWithStream: boolean;
  /** The stream ended in good order: the answer is to be completed. Throws as `push`. */
  finish(): void;
  /** What is wrong with an answer that ends now, where more can be said than that it is not complete. */
  readonly incomplete?: string;
  /** The program ends by itself after its answer (one program per call). */
  readonly expectExit: boolean;
}

/** Moves bytes between caller and function with back-pressure both ways, until the codec has seen the whole answer. */
export function runExchange(stream: Duplex, call: ExchangeCall, codec: StreamCodec): Promise<void> {
  return new Promise((resolve, reject) => {
    let state: 'running' | 'ending' | 'settled' = 'running';
    const settle = (error?: unknown): void => {
      if (state === 'settled') return;
      state = 'settled';
      call.body.stop();
      if (error === undefined) resolve();
      else reject(asExchangeError(error));
    };
    const ended = (cause?: Error): void => {
      if (state !== 'running') return;
      if (!codec.endsWithStream) return settle(new ClosedEarly(codec.incomplete, cause));
      state = 'ending';
      call
        .verifyEnd(codec)
        .then(() => codec.finish())
        .then(() => settle(), settle);
    };
    stream.on('data', (chunk: Buffer) => {
      if (state !== 'running') return;
      guard(settle, () => codec.push(chunk));
      if (codec.done) settle();
    });
    stream.on('drain', () => call.body.resume());
    stream.on('end', ended);
    stream.on('error', ended);
    stream.on('close', ended);
    call.body.start(codec.sink, settle);
  });
}

function guard(settle: (error: unknown) => void, action: () => void): void {
  try {
    action();
  } catch (error) {
    settle(error);
  }
}

function asExchangeError(error: unknown): unknown {
  if (!(error instanceof HttpSyntaxError)) return error;
  return new PlatformError('bad_response', `the function's answer is not valid: ${error.message}`, {
    cause: error,
    hint: 'Answer with one valid HTTP response.',
  });
}

/** Passes a piece of the body to the caller, and stops reading from the function while the caller is slow. */
export function forward(stream: Duplex, call: ExchangeCall, chunk: Buffer): void {
  if (call.answer.write(chunk)) return;
  stream.pause();
  call.answer.onDrain(() => stream.resume());
}
