import type { Duplex } from 'node:stream';
import type { BodyFraming } from '../../../lib/http/body-framing.ts';
import { endToEndHeaders } from '../../../lib/http/hop-by-hop.ts';
import { HttpSyntaxError, type ResponseHead } from '../../../lib/http/response-head.ts';
import { ResponseParser, type ResponseEvents } from '../../../lib/http/response-parser.ts';
import type { ExchangeCall } from '../exchange.ts';
import { forward, runExchange } from '../stream-exchange.ts';
import { chunkedBody, plainBody } from './request-body.ts';
import { requestHead } from './request-head.ts';

const largestStatus = 599;

/** Protocols `http-stream` and `http`: one HTTP/1.1 request and response over the stream. */
export function exchangeHttp(stream: Duplex, call: ExchangeCall): Promise<void> {
  const parser = new ResponseParser(events(stream, call), {
    method: call.method,
    maxHeadBytes: call.limits.responseHeadBytes,
  });
  stream.write(requestHead(call), 'latin1');
  return runExchange(stream, call, {
    sink: call.body.length === undefined ? chunkedBody(stream) : plainBody(stream),
    push: (chunk) => parser.push(chunk),
    finish: () => parser.finish(),
    expectExit: false,
    get done() {
      return parser.done;
    },
    get endsWithStream() {
      return parser.endsWithConnection;
    },
  });
}

function events(stream: Duplex, call: ExchangeCall): ResponseEvents {
  return {
    // 100 was answered by the server itself; the others are hints that a client must be able to do without.
    interim: () => undefined,
    head: (head, framing) => answerHead(call, head, framing),
    data: (chunk) => forward(stream, call, chunk),
    end: (trailers) => call.answer.end(trailers),
  };
}

function answerHead(call: ExchangeCall, { status, headers }: ResponseHead, framing: BodyFraming): void {
  if (status > largestStatus) throw new HttpSyntaxError(`the status ${status} does not exist`);
  call.answer.head(status, endToEndHeaders(headers), framing);
}
