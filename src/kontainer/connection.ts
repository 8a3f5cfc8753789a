import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { encodeEnvironment } from './cgi-environment.ts';

export interface ConnectionOptions {
  /** Unix socket of a Kontainer that is ready; it takes one connection. */
  socketPath: string;
  /** For `cgi`, what goes ahead of the call's body. */
  callEnv?: Readonly<Record<string, string>>;
}

/** The byte stream of a Kontainer's one exchange, for whichever process of the server holds the call. */
export function connectKontainer({ socketPath, callEnv }: ConnectionOptions): Duplex {
  const socket = connect({ path: socketPath, allowHalfOpen: true });
  if (callEnv !== undefined) socket.write(encodeEnvironment(callEnv));
  return socket;
}
