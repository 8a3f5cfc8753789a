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
import { exec } from '../lib/exec.ts';
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

  const seconds = await deployFromSource(root, home.kubeconfig);
  const url = (name: string) => `http://127.0.0.1:${record.port}/default/${name}`;
  const target = url(fromSource.name);
  const one = await call(target, systemClock);
  const two = await call(target, systemClock);
  print(`
${styleText('bold', target)}
  deployed from ${fromSource.file} in ${seconds.toFixed(1)} s
  ${styleText('green', one.text)}
  answered in ${one.ms.toFixed(1)} ms, and again in ${two.ms.toFixed(1)} ms, each time in a Kontainer of its own

Try next:
  curl ${url(first.metadata.name)}
  KUBECONFIG=${shellWord(home.kubeconfig)} bin/kubeless function ls
  ${!process.env['KONTAIN_HOME'] ? '' : `KONTAIN_HOME=${shellWord(home.root)} `}make down`);
}

const fromSource = {
  name: 'hello',
  file: 'samples/hello-python/hello.py',
  runtime: 'python3.11',
  handler: 'hello.handler',
};

/** As a user does it. One that is there already is the user's by now, and stays. Returns how long it took. */
async function deployFromSource(root: string, kubeconfig: string): Promise<number> {
  const { name, file, runtime, handler } = fromSource;
  const kubeless = (...args: string[]) =>
    exec(join(root, 'bin/kubeless'), args, {
      timeoutMs: 180_000,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', KUBECONFIG: kubeconfig },
      cwd: root,
    });
  const start = systemClock.monotonic();
  const isThere = await kubeless('function', 'describe', name).then(
    () => true,
    () => false,
  );
  if (!isThere)
    await kubeless(
      'function',
      'deploy',
      name,
      '--runtime',
      runtime,
      '--handler',
      handler,
      '--from-file',
      file,
      '--wait',
    );
  return (systemClock.monotonic() - start) / 1000;
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
