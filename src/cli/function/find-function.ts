import type { StoredFunction } from '../../api/function.ts';
import { orUndefined } from '../../kube/kube-error.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';
import { functions } from '../resources.ts';

/** Throws `not_found` with Kubeless' sentence. */
export async function findFunction({ session }: Invocation, name: string): Promise<StoredFunction> {
  const namespace = await session.namespace();
  const client = await session.client();
  const found = await orUndefined(client.get(functions, { namespace, name }));
  if (found !== undefined) return found;
  throw new PlatformError('not_found', `Function ${name} is not found`, {
    hint: `"kubeless function ls -n ${namespace}" shows what is in namespace ${namespace}.`,
  });
}
