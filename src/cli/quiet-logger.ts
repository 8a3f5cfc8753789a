import type { Logger } from '../lib/log.ts';

const nothing = (): void => undefined;

/** For parts that report to a log: a command line has none, and no use for the package that writes it. */
export const quietLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => quietLogger,
};
