import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { runAgent } from '../embedded/agent/agent.ts';
import { parseAgentConfig } from '../embedded/agent/agent-config.ts';
import { createKubeClient } from '../kube/client.ts';
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { toPlatformError } from '../lib/errors.ts';
import { createLogger } from '../lib/log.ts';
import { onStopSignal } from '../lib/stop-signals.ts';

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const config = parseAgentConfig(args, env);
  const log = createLogger({ name: 'embedded-agent', level: config.KONTAIN_LOG_LEVEL });
  const connection = await loadKubeconfig(config.KUBECONFIG);
  const random = Math.random;
  await using client = createKubeClient({ connection, clock, random, userAgent: 'kontain-embedded-agent' });
  const stop = new AbortController();
  onStopSignal(process, () => stop.abort());
  const machine = { cores: availableParallelism(), memoryBytes: process.constrainedMemory() || totalmem() };
  const onReady = (): void => console.log(JSON.stringify({ ready: true }));
  const native = join(import.meta.dirname, '../../build/native');
  await runAgent({ config, client, clock, random, log, native, machine, onReady }, stop.signal);
}

try {
  await main(process.argv.slice(2), process.env);
} catch (error) {
  const { code, message, hint } = toPlatformError(error, 'internal');
  console.error(`embedded-agent: ${message}${hint === undefined ? '' : `\n${hint}`}`);
  process.exitCode = errorCatalogue[code].exit;
}
