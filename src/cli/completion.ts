import { PlatformError } from '../lib/errors.ts';
import type { Command } from './command.ts';
import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { describeCommands } from './completion/words.ts';
import { zshCompletion } from './completion/zsh.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export const completion: Command = {
  arguments: [{ name: 'shell', what: 'bash, zsh or fish', kind: 'one' }],
  flags: [],
  examples: ['. <(kubeless completion bash)', 'kubeless completion fish | source'],
  async run({ args, io, commands }) {
    const [shell = ''] = args;
    if (!isShell(shell))
      throw new PlatformError('bad_request', `there is no completion for "${shell}"`, {
        hint: 'Write bash, zsh or fish.',
      });
    io.stdout.write(scripts[shell](await describeCommands(commands)));
  },
};

function isShell(name: string): name is keyof typeof scripts {
  return Object.hasOwn(scripts, name);
}
