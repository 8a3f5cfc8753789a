import type { Command } from './command.ts';

export const version: Command = {
  arguments: [],
  flags: [],
  run({ io }) {
    io.stdout.write(`Kubeless version: ${io.version}\n`);
    return Promise.resolve();
  },
};
