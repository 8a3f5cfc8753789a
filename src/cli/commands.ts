import type { CommandEntry } from './command.ts';

/** Every command. Help, completion and docs/cli.md are made from this and from the commands' flags. */
export const commands: readonly CommandEntry[] = [
  {
    path: 'function deploy',
    summary: 'Make a function of a source or of an image.',
    load: async () => (await import('./function/deploy.ts')).deploy,
  },
  {
    path: 'function update',
    summary: 'Change a function: its source or how it runs.',
    load: async () => (await import('./function/update.ts')).update,
  },
  {
    path: 'function delete',
    summary: 'Delete a function and all that it used.',
    load: async () => (await import('./function/delete.ts')).deleteFunction,
  },
  {
    path: 'function list',
    aliases: ['ls'],
    summary: 'List functions and how they are.',
    load: async () => (await import('./function/list.ts')).list,
  },
  {
    path: 'function describe',
    summary: 'Show one function: settings, conditions, builds, events.',
    load: async () => (await import('./function/describe.ts')).describe,
  },
  {
    path: 'function call',
    summary: 'Call a function over HTTP.',
    load: async () => (await import('./function/call.ts')).call,
  },
  {
    path: 'get-server-config',
    summary: 'Show the configuration of the server and its runtimes.',
    load: async () => (await import('./get-server-config.ts')).getServerConfig,
  },
  {
    path: 'version',
    summary: 'Show the version of this program.',
    load: async () => (await import('./version.ts')).version,
  },
];
