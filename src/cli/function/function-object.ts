import type { StoredFunction } from '../../api/function.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { FlagValues } from '../flag-values.ts';
import type { Io } from '../io.ts';
import { pairs } from '../key-values.ts';
import { apiVersion } from '../resources.ts';
import type { LargeSources } from './read-source.ts';
import { specFromFlags } from './spec-from-flags.ts';

/** The Function that the flags describe. Throws `bad_request`. */
export async function functionObject(
  { name, namespace }: { name: string; namespace: string },
  flags: FlagValues,
  io: Io,
  large: LargeSources,
): Promise<StoredFunction> {
  const spec = await specFromFlags(name, flags, io, large);
  const labels = { 'created-by': 'kubeless', function: name, ...pairs(flags.list('label')) };
  return { apiVersion, kind: 'Function', metadata: { name, namespace, labels }, spec };
}

/** Kubeless' own rules and sentences. */
export function checkComplete(flags: FlagValues): void {
  const [runtime, image] = [flags.text('runtime'), flags.text('runtime-image')];
  if (runtime === undefined && image === undefined)
    throw new PlatformError('bad_request', 'Either `--runtime` or `--runtime-image` flag must be specified.');
  if (runtime !== undefined && image === undefined && flags.text('handler') === undefined)
    throw new PlatformError('bad_request', 'You must specify handler for the runtime.');
}
