import { setTimeout as sleep } from 'node:timers/promises';
import type { KontainerSpec } from '../../../src/kontainer/spec.ts';
import { crunOfHandler } from '../baselines/crun-run.ts';
import type { Contender, Group } from '../measure/contender.ts';
import { runLoad } from '../measure/http-measures.ts';
import { joinSamples, type Sample } from '../measure/sample.ts';
import { pathOf, startFaasServer, type FaasServer } from '../place/faas-server.ts';
import { functionSpec } from '../place/function-spec.ts';
import { unpackImage } from '../place/images.ts';
import type { Workbench } from '../place/workbench.ts';

const callsPerRound = 3;
const maxRounds = 10;
/** A template goes on warming up after its first call; the next measurement must not pay for that. */
const restMs = 300;
const timeoutSeconds = 30;

/** First calls to functions of which no process exists: each function is called once. */
export async function firstCallGroup(bench: Workbench): Promise<Group> {
  const python = functionSpec(await unpackImage(bench, 'hello-python'), { start: 'template' });
  const nodejs = functionSpec(await unpackImage(bench, 'hello-nodejs'), { start: 'template' });
  const functions = { python: copies(python, 'python'), nodejs: copies(nodejs, 'nodejs') };
  const server = await startFaasServer(bench, 'first', [...functions.python, ...functions.nodejs]);
  return {
    contenders: [
      idle(bench, server, 'python, idle function', functions.python),
      await bare(bench, { ...python, name: 'python' }),
      idle(bench, server, 'nodejs, idle function', functions.nodejs),
      await bare(bench, { ...nodejs, name: 'nodejs' }),
    ],
  };
}

function copies(spec: KontainerSpec, prefix: string): KontainerSpec[] {
  const count = callsPerRound * maxRounds;
  return Array.from({ length: count }, (_, index) => ({ ...spec, name: `${prefix}-${index}` }));
}

function idle(
  bench: Workbench,
  { port }: FaasServer,
  name: string,
  functions: readonly KontainerSpec[],
): Contender {
  const paths = functions.map(pathOf).values();
  const first = async (): Promise<Sample> => {
    const samples: Sample[] = [];
    for (const path of paths.take(callsPerRound).toArray()) {
      const load = { port, paths: [path], keepAlive: false, callers: 1, calls: 1, seconds: timeoutSeconds };
      samples.push(await runLoad(bench.tools, load));
      await sleep(restMs);
    }
    return joinSamples(samples);
  };
  return { name, measures: { first } };
}

async function bare(bench: Workbench, spec: KontainerSpec): Promise<Contender> {
  const { name, measures } = await crunOfHandler(bench, spec);
  return { name, measures: measures.serial === undefined ? {} : { first: measures.serial } };
}
