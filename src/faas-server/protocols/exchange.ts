import type { Duplex } from 'node:stream';
import type { BodyFraming } from '../../lib/http/body-framing.ts';
import type { RawHeaders } from '../../lib/http/raw-headers.ts';

/** Takes the caller's body. `write` returning false asks to wait for `resume` of the source. */
export interface BodySink {
  write(chunk: Buffer): boolean;
  end(trailers: RawHeaders): void;
}

/** The body of the caller's request. Nothing is read before `start`. */
export interface RequestBody {
  /** Bytes the caller announced; undefined for a chunked body. 0 without a body. */
  readonly length: number | undefined;
  /** Hands the body to `sink`; `failed` is called once if it breaks off or is larger than allowed. */
  start(sink: BodySink, failed: (error: Error) => void): void;
  resume(): void;
  /** No more of it is wanted. */
  stop(): void;
}

/** The answer to the caller. */
export interface Answer {
  readonly started: boolean;
  /** @param framing of the function's answer; what `headers` say of it is not passed on */
  head(status: number, headers: RawHeaders, framing: BodyFraming): void;
  /** False asks to wait for `onDrain`. */
  write(chunk: Buffer): boolean;
  onDrain(resume: () => void): void;
  end(trailers: RawHeaders): void;
}

/** One call as a protocol sees it. */
export interface ExchangeCall {
  readonly method: string;
  /** Path after the route's prefix and query, as the caller encoded them. */
  readonly target: string;
  /** Path and query with the route's prefix. */
  readonly url: string;
  /** The caller's end-to-end headers and the platform's own. */
  readonly headers: RawHeaders;
  readonly body: RequestBody;
  readonly answer: Answer;
  readonly limits: ExchangeLimits;
  /**
   * To be called when only the end of the stream marks the end of the answer. Resolves when the Kontainer ended in good
   * order or still ran, rejects with ClosedEarly when it crashed: then the answer is cut, however complete it looks.
   * @param expectExit the program is about to end by itself
   */
  verifyEnd(options: { expectExit: boolean }): Promise<void>;
}

export interface ExchangeLimits {
  /** Largest header block a function may answer with. */
  responseHeadBytes: number;
  /** Largest request or reply document of protocol `kontain-files`, which has to be held in memory. */
  documentBytes: number;
}

/**
 * Speaks one call over `stream`. Resolves when the answer is complete. Rejects with PlatformError `bad_response`,
 * with ClosedEarly when the function's side ended before its answer did, or with the error of the caller's body.
 */
export type Exchange = (stream: Duplex, call: ExchangeCall) => Promise<void>;

/** The function's side is gone before its answer was complete; its Exit says why, or else the message does. */
export class ClosedEarly extends Error {
  override name = 'ClosedEarly';

  constructor(
    message = 'the function closed the connection before its answer was complete',
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
