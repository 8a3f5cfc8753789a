import type { StoredFunction } from '../../api/function.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { FlagValues } from '../flag-values.ts';
import type { Io } from '../io.ts';
import { pairs } from '../key-values.ts';
import { checkFunctionName } from '../names.ts';
import { apiVersion } from '../resources.ts';
import { refuseRemovals } from './env-flags.ts';
import type { LargeSources } from './read-source.ts';
import { specFromFlags } from './spec-from-flags.ts';

/** The Function that the flags describe. Throws `bad_request`. */
export async function functionObject(
  { name, namespace }: { name: string; namespace: string },
  flags: FlagValues,
  io: Io,
  large: LargeSources,
): Promise<StoredFunction> {
  checkFunctionName(name);
  const spec = await specFromFlags(name, flags, io, large);
  checkSource(flags);
  const labels = { 'created-by': 'kubeless', function: name, ...pairs(flags.list('label')) };
  return { apiVersion, kind: 'Function', metadata: { name, namespace, labels }, spec };
}

/** Kubeless' own rules and sentences, and that there is nothing to remove. Throws `bad_request`. */
export function checkComplete(flags: FlagValues): void {
  refuseRemovals(flags);
  const [runtime, image] = [flags.text('runtime'), flags.text('runtime-image')];
  if (runtime === undefined && image === undefined)
    throw new PlatformError('bad_request', 'Either `--runtime` or `--runtime-image` flag must be specified.');
  if (runtime !== undefined && image === undefined && flags.text('handler') === undefined)
    throw new PlatformError('bad_request', 'You must specify handler for the runtime.');
}

/** Kubeless made a function of nothing, which then failed. */
function checkSource(flags: FlagValues): void {
  const [runtime, image] = [flags.text('runtime'), flags.text('runtime-image')];
  if (runtime === 'custom' && image === undefined)
    throw new PlatformError('bad_request', 'runtime custom needs an image', {
      hint: 'Give it with --runtime-image, or another runtime and a source: --from-file.',
    });
  if (image === undefined && flags.text('from-file') === undefined)
    throw new PlatformError('bad_request', 'there is no source to make a function of', {
      hint: 'Give it with --from-file: a file, an archive, a URL, or - for standard input; or give an image: --runtime-image.',
    });
}
