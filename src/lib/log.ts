import { pino, type DestinationStream } from 'pino';

/** Constant message, values as fields: `log.info({ function: name }, 'bundle switched')`. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

export interface LogOptions {
  level?: string;
  /** Names the program in every line. */
  name: string;
  destination?: DestinationStream;
}

const maxPendingBytes = 1024 * 1024;

/** One JSON object a line. `err` fields are serialised with message, stack and cause. */
export function createLogger({ level = 'info', name, destination }: LogOptions): Logger {
  const options = { level, name, base: { name }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, destination ?? standardError());
}

/** On a full disk lines wait within bounds and are dropped beyond: no program ends because of its log. */
function standardError(): DestinationStream {
  const stream = pino.destination({ fd: 2, sync: true, maxLength: maxPendingBytes });
  stream.on('error', () => undefined);
  return stream;
}

const nothing = (): void => undefined;

/** For tests and for libraries whose caller does not want lines. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
