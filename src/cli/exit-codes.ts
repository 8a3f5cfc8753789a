import { errorCatalogue, type ErrorCode } from '../lib/error-catalogue.ts';

/** In words, for --help and docs/cli.md; the numbers are the error catalogue's. */
const meanings: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'a failure that nobody foresaw',
  2: 'what was written is wrong: a flag, a file, a field',
  3: 'the API server does not know you, or does not let you',
  4: 'the object does not exist',
  5: 'the time is over',
  6: 'somebody else changed it, or it exists already',
  7: 'too many requests',
  8: 'the caller went away',
  9: 'the function failed: its build, its start or its answer',
  10: 'not ready, or not reachable',
  11: 'no space left',
  130: 'interrupted',
};

export interface ExitCode {
  exit: number;
  meaning: string;
  /** Codes of the error catalogue that end so. */
  codes: ErrorCode[];
}

export function exitCodes(): ExitCode[] {
  return Object.entries(meanings).map(([exit, meaning]) => ({
    exit: Number(exit),
    meaning,
    codes: codesWith(Number(exit)),
  }));
}

function codesWith(exit: number): ErrorCode[] {
  return (Object.keys(errorCatalogue) as ErrorCode[]).filter((code) => errorCatalogue[code].exit === exit);
}
