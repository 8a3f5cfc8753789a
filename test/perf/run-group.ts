import { groups } from './groups/groups.ts';
import type { Group } from './measure/contender.ts';
import { runRounds, type Effort } from './measure/rounds.ts';
import { openGroupBench, type Workbench } from './place/workbench.ts';
import { judge, type GroupReport } from './report/verdict.ts';
import { targets, type GroupName, type Target } from './targets.ts';

export interface RunOptions {
  bench: Workbench;
  effort: Effort;
  tell: (text: string) => void;
  /** Undoes what is under way when the run is broken off. */
  stack: AsyncDisposableStack;
}

/** Starts what the group compares, measures it, and ends it. A group that fails does not stop the others. */
export async function runGroup(group: GroupName, options: RunOptions): Promise<GroupReport> {
  const stack = options.stack.use(new AsyncDisposableStack());
  try {
    return await measureGroup(group, await openGroupBench(options.bench, group, stack), options);
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { group, results: [], verdicts: [], figures: [], failure };
  } finally {
    await stack.disposeAsync();
  }
}

async function measureGroup(
  group: GroupName,
  bench: Workbench,
  { effort, tell }: RunOptions,
): Promise<GroupReport> {
  const say = (text: string): void => tell(`${group}: ${text}`);
  say('starting');
  const started = await groups[group](bench);
  const promised: readonly Target[] = targets[group];
  checkNames(promised, started);
  const results = await runRounds(started, effort, say);
  if (started.figures) say('memory');
  const figures = (await started.figures?.()) ?? [];
  return { group, results, verdicts: promised.map((target) => judge(target, results)), figures };
}

function checkNames(promised: readonly Target[], { contenders }: Group): void {
  const names = new Set(contenders.map(({ name }) => name));
  const missing = promised
    .flatMap(({ subject, limit }) => [subject, limit])
    .filter((name) => !names.has(name));
  if (missing.length > 0) throw new Error(`targets.ts names what is not measured: ${missing.join(', ')}`);
}
