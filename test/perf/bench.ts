/**
 * `make bench`: measures what SPECIFICATION.md promises. Each group of groups/ starts what it compares (baselines/ and the
 * real faas-server), measure/ runs them in turn, report/ holds them against targets.ts. Tools in C are in native/.
 */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseOptions } from './options.ts';
import { openWorkbench } from './place/workbench.ts';
import { formatReport } from './report/print.ts';
import type { GroupReport } from './report/verdict.ts';
import { writeJson } from './report/write-json.ts';
import { runGroup } from './run-group.ts';

const root = join(import.meta.dirname, '../..');

/** Progress for people; when nobody watches, only the groups. */
function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else if (text.endsWith(': starting')) process.stderr.write(`${text.split(':')[0]} …\n`);
}

async function main(stack: AsyncDisposableStack): Promise<boolean> {
  const { groups, quick, effort } = parseOptions(process.env);
  if (process.getuid?.() !== 0) throw new Error('Kontainers are started as root: run it as root');
  const begun = performance.now();
  const date = new Date().toISOString();
  const [loadBefore = 0] = loadavg();
  const bench = await openWorkbench(root, stack);
  const reports: GroupReport[] = [];
  for (const group of groups) {
    reports.push(await runGroup(group, { bench, effort, tell, stack }));
    if (stack.disposed) throw new Error('Broken off.');
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  tell('');
  const note = `Machine load before: ${loadBefore.toFixed(1)}. Limits and subjects are measured in turn, and relations are medians
of ${effort.rounds} rounds; under 20 % is noise. "With pauses" is a caller that comes back 60 ms after its answer.`;
  process.stdout.write(`${formatReport(reports)}\n\n${note}\nTook ${seconds} s; also in build/bench.json.\n`);
  await writeJson(join(root, 'build/bench.json'), { date, quick, seconds, loadBefore }, reports);
  return reports.every(({ failure }) => failure === undefined);
}

const stack = new AsyncDisposableStack();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(1)));
try {
  if (!(await main(stack))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await stack.disposeAsync();
}
