import { join } from 'node:path';
import { styleText } from 'node:util';
import { call } from '../embedded/samples/call.ts';
import { deploySamples } from '../embedded/samples/deploy.ts';
import { readSamples, type SampleImage } from '../embedded/samples/manifests.ts';
import { homeFrom } from '../embedded/supervisor/home.ts';
import { runningRecord } from '../embedded/supervisor/launch.ts';
import { createKubeClient } from '../kube/client.ts';
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import { systemClock } from '../lib/clock.ts';
import { errorCatalogue } from '../lib/error-catalogue.ts';
import { PlatformError, toPlatformError } from '../lib/errors.ts';
import { shellWord } from '../lib/shell-word.ts';

/** Deploys the samples to the running instance of KONTAIN_HOME, calls one, and says what to try next. */
async function main(): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  const home = homeFrom(process.env);
  const record = runningRecord(home);
  if (record === null)
    throw new PlatformError('not_ready', 'Kontain FAAS is not running', { hint: 'Start it: make up' });
  const samples = readSamples(join(root, 'samples/images.yaml'), root);
  const first = samples[0];
  if (first === undefined)
    throw new PlatformError('not_found', 'no sample image was built', { hint: 'Run: make images' });

  const connection = await loadKubeconfig(home.kubeconfig);
  const userAgent = 'kontain-embedded-samples/0.1.0';
  await using client = createKubeClient({ connection, clock: systemClock, random: Math.random, userAgent });
  await deploySamples({ client, clock: systemClock, samples, timeoutMs: 120_000, onReady: printReady });

  const url = (name: string) => `http://127.0.0.1:${record.port}/default/${name}`;
  const target = url(first.metadata.name);
  const one = await call(target, systemClock);
  const two = await call(target, systemClock);
  const last = samples.at(-1) ?? first;
  print(`
${styleText('bold', target)}
  ${styleText('green', one.text)}
  answered in ${one.ms.toFixed(1)} ms, and again in ${two.ms.toFixed(1)} ms, each time in a Kontainer of its own

Try next:
  curl ${url(last.metadata.name)}
  kubectl --kubeconfig ${shellWord(home.kubeconfig)} get images
  ${!process.env['KONTAIN_HOME'] ? '' : `KONTAIN_HOME=${shellWord(home.root)} `}make down`);
}

function printReady({ metadata, status }: SampleImage): void {
  print(`${metadata.namespace}/${metadata.name}`.padEnd(28), 'ready', status?.digest?.slice(0, 19) ?? '');
}

function print(...words: string[]): void {
  console.log(words.join(' '));
}

try {
  await main();
} catch (error) {
  const { code, message, hint } = toPlatformError(error);
  console.error(hint === undefined ? message : `${message}\n${hint}`);
  process.exitCode = errorCatalogue[code].exit;
}
