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
    path: 'function logs',
    summary: 'Show what a function printed, by call.',
    load: async () => (await import('./function/logs.ts')).logs,
  },
  {
    path: 'function top',
    aliases: ['stats'],
    summary: 'Show calls, failures and durations of functions.',
    load: async () => (await import('./function/top.ts')).top,
  },
  {
    path: 'function rollback',
    summary: 'Serve an earlier build.',
    load: async () => (await import('./function/rollback.ts')).rollback,
  },
  {
    path: 'function init',
    summary: 'Make a project to start from.',
    load: async () => (await import('./function/init.ts')).init,
  },
  {
    path: 'function run',
    summary: 'Run a function on this machine, and again after each edit.',
    load: async () => (await import('./function/run.ts')).run,
  },
  {
    path: 'apply',
    summary: 'Make the functions of a functions.yaml.',
    load: async () => (await import('./apply/apply.ts')).apply,
  },
  {
    path: 'diff',
    summary: 'Show what apply would change.',
    load: async () => (await import('./apply/diff.ts')).diff,
  },
  {
    path: 'trigger http create',
    summary: 'Send requests for a host and a path to a function.',
    load: async () => (await import('./trigger/http-create.ts')).createHttpTrigger,
  },
  {
    path: 'trigger http update',
    summary: 'Change an HTTP trigger.',
    load: async () => (await import('./trigger/http-update.ts')).updateHttpTrigger,
  },
  {
    path: 'trigger http delete',
    summary: 'Delete an HTTP trigger.',
    load: async () => (await import('./trigger/http-delete.ts')).deleteHttpTrigger,
  },
  {
    path: 'trigger http list',
    aliases: ['ls'],
    summary: 'List HTTP triggers.',
    load: async () => (await import('./trigger/http-list.ts')).listHttpTriggers,
  },
  {
    path: 'trigger cronjob create',
    summary: 'Call a function at given times.',
    load: async () => (await import('./trigger/cronjob-create.ts')).createCronJobTrigger,
  },
  {
    path: 'trigger cronjob update',
    summary: 'Change a cronjob trigger.',
    load: async () => (await import('./trigger/cronjob-update.ts')).updateCronJobTrigger,
  },
  {
    path: 'trigger cronjob delete',
    summary: 'Delete a cronjob trigger.',
    load: async () => (await import('./trigger/cronjob-delete.ts')).deleteCronJobTrigger,
  },
  {
    path: 'trigger cronjob list',
    aliases: ['ls'],
    summary: 'List cronjob triggers.',
    load: async () => (await import('./trigger/cronjob-list.ts')).listCronJobTriggers,
  },
  {
    path: 'autoscale create',
    summary: 'Give a function an autoscaling rule.',
    load: async () => (await import('./autoscale/create.ts')).createAutoscale,
  },
  {
    path: 'autoscale delete',
    summary: 'Remove the autoscaling rule of a function.',
    load: async () => (await import('./autoscale/delete.ts')).deleteAutoscale,
  },
  {
    path: 'autoscale list',
    aliases: ['ls'],
    summary: 'List autoscaling rules.',
    load: async () => (await import('./autoscale/list.ts')).listAutoscale,
  },
  {
    path: 'get-server-config',
    summary: 'Show the configuration of the server and its runtimes.',
    load: async () => (await import('./get-server-config.ts')).getServerConfig,
  },
  {
    path: 'completion',
    summary: 'Print completion for bash, zsh or fish.',
    load: async () => (await import('./completion.ts')).completion,
  },
  {
    path: 'version',
    summary: 'Show the version of this program.',
    load: async () => (await import('./version.ts')).version,
  },
];
