import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { call } from '../helpers/caller.ts';
import { embeddedInstance, type EmbeddedInstance } from '../helpers/embedded-instance.ts';
import { eventually } from '../helpers/eventually.ts';
import { repository } from '../helpers/program.ts';

/** Seconds from the beginning of the command to the first call that the new version answers. */
const promises = { edit: 1.5, unchanged: 0.5, many: 60 };

interface Row {
  what: string;
  seconds: number;
  promised: number;
}

/** Measures deploys from source as a user sees them: the real command line, embedded mode, calls. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { functions: { type: 'string', default: '200' }, edits: { type: 'string', default: '5' } },
  });
  await using it = await embeddedInstance();
  await it.up();
  const folder = await mkdtemp(join(tmpdir(), 'kontain-bench-deploy-'));
  try {
    const rows = [
      ...(await edits(it, folder, Number(values.edits))),
      await many(it, folder, Number(values.functions)),
    ];
    for (const { what, seconds, promised } of rows)
      process.stdout.write(
        `${what.padEnd(44)} ${seconds.toFixed(2).padStart(7)} s   promised ${promised} s   ${seconds <= promised ? 'kept' : 'BROKEN'}\n`,
      );
    if (rows.some(({ seconds, promised }) => seconds > promised)) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function edits(it: EmbeddedInstance, folder: string, count: number): Promise<Row[]> {
  const path = join(folder, 'hello.py');
  const kubeless = cli(it);
  await writeFile(path, source('0'));
  const flags = ['--runtime', 'python3.11', '--handler', 'hello.handler', '--from-file', path, '--wait'];
  await kubeless('function', 'deploy', 'hello', ...flags);
  const times: number[] = [];
  for (let edit = 1; edit <= count; edit += 1) {
    await writeFile(path, source(String(edit)));
    const start = performance.now();
    await kubeless('function', 'update', 'hello', '--from-file', path, '--wait');
    await served(it, 'hello', String(edit));
    times.push((performance.now() - start) / 1000);
  }
  const start = performance.now();
  await kubeless('function', 'update', 'hello', '--from-file', path, '--wait');
  const unchanged = (performance.now() - start) / 1000;
  return [
    { what: `edit of a file is callable (p50 of ${count})`, seconds: median(times), promised: promises.edit },
    { what: 'deploy of unchanged source', seconds: unchanged, promised: promises.unchanged },
  ];
}

async function many(it: EmbeddedInstance, folder: string, count: number): Promise<Row> {
  const lines = ['functions:'];
  for (let index = 0; index < count; index += 1) {
    await writeFile(join(folder, `f${index}.py`), source(String(index)));
    lines.push(`  f${index}: {runtime: python3.11, handler: f${index}.handler, from-file: f${index}.py}`);
  }
  const file = join(folder, 'functions.yaml');
  await writeFile(file, `${lines.join('\n')}\n`);
  const start = performance.now();
  await cli(it)('apply', '--file', file, '--wait', '--wait-timeout', '10m');
  const seconds = (performance.now() - start) / 1000;
  await served(it, `f${count - 1}`, String(count - 1));
  return { what: `${count} functions in one apply are ready`, seconds, promised: promises.many };
}

function cli(it: EmbeddedInstance) {
  const env = { ...process.env, KUBECONFIG: it.home.kubeconfig };
  return (...args: string[]) =>
    promisify(execFile)(join(repository, 'bin/kubeless'), args, { env, maxBuffer: 1 << 26 });
}

async function served(it: EmbeddedInstance, name: string, text: string): Promise<void> {
  await eventually(
    `${name} answers ${text}`,
    async () => (await call(it.url(`/default/${name}`))).body === text,
    600_000,
  );
}

const source = (text: string): string => `def handler(event, context):\n    return ${JSON.stringify(text)}\n`;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

await main();
