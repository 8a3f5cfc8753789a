import { PlatformError } from '../../lib/errors.ts';
import { firstArgument, type Invocation } from '../command.ts';
import { findFunction } from './find-function.ts';
import { isReady, progressText } from './function-status.ts';

/**
 * The data plane knows only functions that were ready once, and does not say where to look. Where the API server can be asked, it
 * knows more.
 */
export async function explainFailure(error: PlatformError, invocation: Invocation): Promise<PlatformError> {
  if (error.code === 'not_found') return await whyNotFound(error, invocation);
  return withHint(error, `See ${describeCommand(invocation)} and "kubeless function logs".`);
}

async function whyNotFound(error: PlatformError, invocation: Invocation): Promise<PlatformError> {
  const name = firstArgument(invocation);
  const hint = `See ${describeCommand(invocation)}.`;
  try {
    const found = await findFunction(invocation, name);
    if (isReady(found)) return withHint(error, hint);
    const message = `Function ${name} is there, but is not ready: ${progressText(found)}`;
    return new PlatformError('not_ready', message, { hint, cause: error });
  } catch (reason) {
    const isMissing = reason instanceof PlatformError && reason.code === 'not_found';
    return isMissing && error.hint === undefined ? reason : withHint(error, hint);
  }
}

function describeCommand(invocation: Invocation): string {
  const namespace = invocation.flags.text('namespace');
  const where = namespace === undefined ? '' : ` -n ${namespace}`;
  return `"kubeless function describe ${firstArgument(invocation)}${where}"`;
}

function withHint(error: PlatformError, hint: string): PlatformError {
  if (error.hint !== undefined) return error;
  return new PlatformError(error.code, error.message, { hint, cause: error });
}
