import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { call } from '../helpers/caller.ts';
import { embeddedInstance, type EmbeddedInstance } from '../helpers/embedded-instance.ts';
import { eventually } from '../helpers/eventually.ts';
import { freePorts } from '../helpers/free-ports.ts';
import { repository } from '../helpers/program.ts';
import { greetWheel } from '../helpers/python-wheel.ts';
import { serve } from '../helpers/serve.ts';
import { measureAtRest } from './at-rest.ts';
import { watchedEdits } from './baselines/watched-function.ts';
import { inSeconds, isBroken, rowLine, type Row } from './report/promised-row.ts';

/**
 * Seconds; an edit's end with the first call that the new version answers. `many` is for so many functions. `rest`: of the three
 * controllers together; libraries have timers of half a second, a poll of theirs would be more.
 */
const promises = {
  edit: 1.5,
  unchanged: 0.5,
  dependencies: 3,
  many: { functions: 200, seconds: 60 },
  rest: { megabytes: 100, wakeUps: 5 },
  start: 0.15,
  watch: 1,
};

const watchSeconds = 5;

/** Measures deploys from source as a user sees them: the real command line, embedded mode, calls. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      functions: { type: 'string', default: String(promises.many.functions) },
      edits: { type: 'string', default: '5' },
    },
  });
  const [mirror = 0] = await freePorts(1);
  await using it = await embeddedInstance({ KONTAIN_BUILD_LOOPBACK_PORTS: String(mirror) });
  await it.up();
  const folder = await mkdtemp(join(tmpdir(), 'kontain-bench-deploy-'));
  try {
    const rows = [
      ...(await controllersAtRest(it)),
      await commandLineStart(it),
      await watchedEdit(folder),
      ...(await edits(it, folder, Number(values.edits))),
      await editWithDependencies(it, folder, { count: Number(values.edits), mirror }),
      await many(it, folder, Number(values.functions)),
    ];
    for (const row of rows) process.stdout.write(rowLine(row));
    if (rows.some(isBroken)) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function controllersAtRest(it: EmbeddedInstance): Promise<Row[]> {
  const { megabytes, wakeUps } = await measureAtRest(it.pid('controllers'));
  const { rest } = promises;
  return [
    { what: 'the controllers at rest: memory', value: megabytes, unit: 'MB', promised: rest.megabytes },
    { what: 'the controllers at rest: woken', value: wakeUps, unit: '/s', promised: rest.wakeUps },
  ];
}

async function commandLineStart(it: EmbeddedInstance): Promise<Row> {
  const count = 15;
  const seconds = await times(count, () => Promise.resolve(() => cli(it)('version')));
  return inSeconds(`kubeless version (p50 of ${count})`, seconds, promises.start);
}

async function watchedEdit(home: string): Promise<Row> {
  await using stack = new AsyncDisposableStack();
  const { measures } = await watchedEdits({ home, root: repository, stack });
  const { micros } = (await measures.serial?.(watchSeconds)) ?? { micros: [] };
  const seconds = (micros.toSorted((a, b) => a - b)[Math.floor(micros.length / 2)] ?? Number.NaN) / 1e6;
  return inSeconds(`run --watch: an edit answers (p50 of ${micros.length})`, seconds, promises.watch);
}

async function edits(it: EmbeddedInstance, folder: string, count: number): Promise<Row[]> {
  const path = join(folder, 'hello.py');
  const kubeless = cli(it);
  await writeFile(path, source('0'));
  const flags = ['--runtime', 'python3.11', '--handler', 'hello.handler', '--from-file', path, '--wait'];
  await kubeless('function', 'deploy', 'hello', ...flags);
  const update = () => kubeless('function', 'update', 'hello', '--from-file', path, '--wait');
  const edited = await times(count, async (edit) => {
    await writeFile(path, source(String(edit)));
    return async () => {
      await update();
      await served(it, 'hello', String(edit));
    };
  });
  const unchanged = await times(count, () => Promise.resolve(update));
  return [
    inSeconds(`edit of a file is callable (p50 of ${count})`, edited, promises.edit),
    inSeconds(`deploy of unchanged source (p50 of ${count})`, unchanged, promises.unchanged),
  ];
}

/** An edit of a function whose dependencies stay: they come from an earlier build. */
async function editWithDependencies(
  it: EmbeddedInstance,
  folder: string,
  { count, mirror }: { count: number; mirror: number },
): Promise<Row> {
  const { name, content } = greetWheel();
  await using server = await serve(({ url }) => (url === `/${name}` ? content : undefined), {}, mirror);
  const kubeless = cli(it);
  const [path, requirements] = [join(folder, 'greeter.py'), join(folder, 'requirements.txt')];
  const write = (text: string) => writeFile(path, `import greet\n\n${source(text)}`);
  await write('0');
  await writeFile(requirements, `greet @ ${server.url}/${name}\n`);
  const files = ['--from-file', path, '--dependencies', requirements, '--wait'];
  const runtime = ['--runtime', 'python3.11', '--handler', 'greeter.handler'];
  await kubeless('function', 'deploy', 'greeter', ...runtime, ...files);
  const seconds = await times(count, async (edit) => {
    await write(String(edit));
    return async () => {
      await kubeless('function', 'update', 'greeter', ...files);
      await served(it, 'greeter', String(edit));
    };
  });
  const what = `edit with unchanged dependencies is callable (p50 of ${count})`;
  return inSeconds(what, seconds, promises.dependencies);
}

async function many(it: EmbeddedInstance, folder: string, count: number): Promise<Row> {
  const lines = ['functions:'];
  for (let index = 0; index < count; index += 1) {
    await writeFile(join(folder, `f${index}.py`), source(String(index)));
    lines.push(`  f${index}: {runtime: python3.11, handler: f${index}.handler, from-file: f${index}.py}`);
  }
  const file = join(folder, 'functions.yaml');
  await writeFile(file, `${lines.join('\n')}\n`);
  const seconds = await timed(async () => {
    await cli(it)('apply', '--file', file, '--wait', '--wait-timeout', '10m');
  });
  await served(it, `f${count - 1}`, String(count - 1));
  const promised = count === promises.many.functions ? promises.many.seconds : undefined;
  return inSeconds(`${count} functions in one apply are ready`, seconds, promised);
}

/** Median seconds of what `prepare` gives, for 1, 2, … */
async function times(count: number, prepare: (index: number) => Promise<() => Promise<unknown>>) {
  const values: number[] = [];
  for (let index = 1; index <= count; index += 1) values.push(await timed(await prepare(index)));
  return values.toSorted((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
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

await main();
