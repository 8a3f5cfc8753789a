import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Certificates } from './certificates.ts';
import { ConnectionRoom } from './connection-room.ts';
import { EncryptedConnections } from './encrypted-connections.ts';
import { ConnectionTurns } from './connection-turns.ts';
import type { FrontOptions } from './front-options.ts';
import { refuseMalformed, refuseUpgrade } from './raw-answer.ts';
import { handleRequest, type HandlerOptions } from './request-handler.ts';
import { builtin } from '../../lib/builtin.ts';

const { createServer } = builtin('node:http');

/** The HTTP server of the data plane; not yet listening. */
export function createFront(options: FrontOptions): Server {
  return served(createServer(serverOptions(options)), options);
}

/** The same over TLS, with the certificate of the host that the caller names. */
export function createTlsFront(options: FrontOptions, certificates: Certificates): Server {
  const server = createTlsServer({
    ...serverOptions(options),
    handshakeTimeout: options.limits.headersTimeoutMs,
    SNICallback: (name, answer) => answer(null, certificates.contextFor(name)),
  });
  return served(server, options, new EncryptedConnections(server));
}

function serverOptions({ limits }: FrontOptions): ServerOptions {
  return {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // A call's own timeout ends slow bodies; it is not known before the function is.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 1000),
    insecureHTTPParser: false,
    // Checked by ourselves, to answer with JSON.
    requireHostHeader: false,
    noDelay: true,
  };
}

/** Beyond the room for connections: those that are being closed to make some. */
const closingShare = 1.25;

function served(server: Server, options: FrontOptions, encrypted?: EncryptedConnections): Server {
  const { limits } = options;
  const room = new ConnectionRoom(limits.connections);
  server.maxConnections = Math.ceil(limits.connections * closingShare);
  server.on('connection', (connection: Socket) => room.enter(connection));
  server.maxHeadersCount = 0;
  const turns = new ConnectionTurns(limits.pipelined);
  const serve =
    (expects: HandlerOptions['expects']) => (request: IncomingMessage, response: ServerResponse) =>
      turns.take(request.socket, response, async () => {
        const connection = encrypted?.below(request.socket) ?? request.socket;
        room.begun(connection);
        await handleRequest({ front: options, request, response, expects });
        room.served(connection);
      });
  server.on('request', serve('nothing'));
  server.on('checkContinue', serve('continue'));
  server.on('checkExpectation', serve('unknown'));
  const raw = { front: options, turns };
  server.on('upgrade', (request, socket) => refuseUpgrade(socket, request, raw));
  server.on('connect', (request, socket) => refuseUpgrade(socket, request, raw));
  server.on('clientError', (error, socket) => refuseMalformed(socket, error, raw));
  return server;
}
