import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../helpers/free-ports.ts';
import type { Contender } from '../measure/contender.ts';
import type { Sample } from '../measure/sample.ts';
import type { Workbench } from '../place/workbench.ts';

const longestMs = 30_000;

/** `kubeless function run --watch`: the time from the end of an edit until a call is answered by the new source. */
export async function watchedEdits(bench: Pick<Workbench, 'home' | 'root' | 'stack'>): Promise<Contender> {
  const folder = await mkdtemp(join(bench.home, 'watched-'));
  const file = join(folder, 'hello.py');
  const [port = 0] = await freePorts(1);
  const edit = (number: number): Promise<void> =>
    writeFile(file, `def handler(event, context):\n    return "edit ${number}"\n`);
  await edit(0);
  const flags = ['-r', 'python3.11', '--handler', 'hello.handler', '-f', file, '--port', String(port)];
  const child = spawn(join(bench.root, 'bin/kubeless'), ['function', 'run', '--watch', ...flags], {
    stdio: 'ignore',
  });
  bench.stack.defer(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  await answered(port, 'edit 0');
  let number = 0;
  const measure = async (seconds: number): Promise<Sample> => {
    const begun = performance.now();
    const micros: number[] = [];
    while (micros.length === 0 || performance.now() - begun < seconds * 1000) {
      await edit((number += 1));
      const edited = performance.now();
      await answered(port, `edit ${number}`);
      micros.push(Math.round((performance.now() - edited) * 1000));
    }
    return { elapsedMicros: (performance.now() - begun) * 1000, micros, errors: 0, firstError: '' };
  };
  return { name: 'edit of a watched function', measures: { serial: measure } };
}

async function answered(port: number, wanted: string): Promise<void> {
  const end = performance.now() + longestMs;
  while (performance.now() < end) {
    const text = await fetch(`http://127.0.0.1:${port}/`).then(
      (response) => response.text(),
      () => '',
    );
    if (text === wanted) return;
    await delay(5);
  }
  throw new Error(`the function did not answer "${wanted}"`);
}
