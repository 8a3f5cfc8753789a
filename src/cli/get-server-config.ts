import { PlatformError } from '../lib/errors.ts';
import type { Command } from './command.ts';
import { connectionFlags } from './common-flags.ts';
import { say } from './io.ts';
import { readServerConfig, supportedRuntimes } from './server-config.ts';

export const getServerConfig: Command = {
  arguments: [],
  flags: connectionFlags,
  async run({ io, session }) {
    const config = await readServerConfig(await session.client(), io);
    if (config === undefined)
      throw new PlatformError('forbidden', 'you may not read the ConfigMap kubeless-config');
    const runtimes = await supportedRuntimes(config);
    say(io, 'Current Server Config:');
    say(io, `Supported Runtimes are: ${runtimes?.join(', ') ?? 'not told by the server'}`);
    for (const key of Object.keys(config)
      .filter((name) => name !== 'runtime-images')
      .sort())
      say(io, `${key}: ${config[key]?.trimEnd() ?? ''}`);
  },
};
