import { firstArgument, type Command } from '../command.ts';
import { connectionFlags } from '../common-flags.ts';
import { functions } from '../resources.ts';
import { findFunction } from './find-function.ts';

export const deleteFunction: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags: connectionFlags,
  async run(invocation) {
    const { metadata } = await findFunction(invocation, firstArgument(invocation));
    const { name = '', namespace = '', uid } = metadata;
    const client = await invocation.session.client();
    // Not the one that took the name in between.
    await client.delete(functions, { namespace, name }, uid === undefined ? {} : { preconditions: { uid } });
  },
};
