import { errorCatalogue } from '../lib/error-catalogue.ts';
import { hasErrno } from '../lib/errors.ts';
import { say, type Output } from './io.ts';

interface FailingOutput extends Output {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * Where data can be written no more, nothing is left to do: `onFailure` is called once. `exitCode` says what the program ends with
 * then: `kubeless function list | head -1` is no failure, a full disk is one.
 */
export function watchOutput(
  stdout: FailingOutput,
  stderr: Output,
  onFailure: () => void,
): { exitCode: (otherwise: number) => number } {
  let failure: Error | undefined;
  stdout.on('error', (error) => {
    if (failure !== undefined) return;
    failure = error;
    if (!hasErrno(error, 'EPIPE')) tell(error, stderr);
    onFailure();
  });
  return { exitCode: (otherwise) => (failure === undefined ? otherwise : exitOf(failure)) };
}

function tell(error: Error, stderr: Output): void {
  say({ stderr }, `error: cannot write to standard output: ${error.message}`);
  say({ stderr }, 'hint: What was written is not complete; write it somewhere else.');
}

function exitOf(failure: Error): number {
  if (hasErrno(failure, 'EPIPE')) return 0;
  return errorCatalogue[hasErrno(failure, 'ENOSPC', 'EDQUOT') ? 'disk_full' : 'internal'].exit;
}
