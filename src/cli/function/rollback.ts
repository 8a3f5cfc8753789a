import type { StoredFunction } from '../../api/function.ts';
import { PlatformError } from '../../lib/errors.ts';
import { firstArgument, type Command } from '../command.ts';
import { connectionFlags } from '../common-flags.ts';
import { say } from '../io.ts';
import { functions } from '../resources.ts';
import { waitFlags } from './deploy-flags.ts';
import { findFunction } from './find-function.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export const rollback: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags: [
    {
      name: 'to',
      type: 'text',
      description: 'Digest of the build, or its beginning. Default: the build before.',
    },
    { name: 'undo', type: 'switch', description: 'Serve the present source again.' },
    ...waitFlags,
    ...connectionFlags,
  ],
  description:
    'Serves an earlier build, without building again, until the source changes. "kubeless function describe" lists the builds.',
  examples: ['kubeless function rollback hello --wait', 'kubeless function rollback hello --to sha256:1f0a'],
  async run(invocation) {
    const { flags, io, session } = invocation;
    const found = await findFunction(invocation, firstArgument(invocation));
    const { name = '', namespace = '', resourceVersion = '' } = found.metadata;
    const change = flags.on('undo') ? null : rollbackTo(found, flags.text('to'));
    const client = await session.client();
    // Only if nothing changed since the builds were read.
    const options = { preconditions: { resourceVersion } };
    const patched = await client.mergePatch(
      functions,
      { namespace, name },
      { spec: { rollback: change } },
      options,
    );
    say(io, change === null ? `${name} serves its present source` : `${name} serves ${change.digest}`);
    if (flags.on('wait')) await waitUntilReady(invocation, patched);
  },
};

/** `insteadOf` ends the rollback when the source changes. */
function rollbackTo(
  { status }: StoredFunction,
  to: string | undefined,
): { digest: string; insteadOf?: string } {
  const digests = (status?.builds ?? []).map(({ digest }) => digest);
  const digest =
    to === undefined ? digests[digests.indexOf(status?.digest ?? '') + 1] : digestLike(digests, to);
  if (digest === undefined)
    throw new PlatformError('not_found', 'there is no earlier build to go back to', {
      hint: 'Builds are kept as spec.build.historyLimit says; "kubeless function describe" lists them.',
    });
  return { digest, ...(status?.source === undefined ? {} : { insteadOf: status.source }) };
}

function digestLike(digests: readonly string[], text: string): string {
  const prefix = text.startsWith('sha256:') ? text : `sha256:${text}`;
  const [found, ...others] = digests.filter((digest) => digest.startsWith(prefix));
  if (found !== undefined && others.length === 0) return found;
  const problem = found === undefined ? 'is no build of this function' : 'is the beginning of several builds';
  throw new PlatformError('bad_request', `${text} ${problem}; there are: ${digests.join(', ') || 'none'}`);
}
