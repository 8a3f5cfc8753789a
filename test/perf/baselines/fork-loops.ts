import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KontainerSpec } from '../../../src/kontainer/spec.ts';
import { programOf } from '../../../src/kontainer/container/program.ts';
import type { Contender } from '../measure/contender.ts';
import { loopMeasures } from '../measure/spawn-measures.ts';
import { runTool } from '../measure/tool.ts';
import { bareContainer } from '../place/bare-container.ts';
import type { Workbench } from '../place/workbench.ts';

/** For a template to have warmed up, as far as it does so after its first fork. */
const warmSeconds = 0.5;

/** Fork, namespaces, mounts, drops and reap in a loop of plain Python, in a container with a user namespace. */
export async function pythonForkLoop(bench: Workbench, spec: KontainerSpec): Promise<Contender> {
  await copyFile(join(bench.programs, 'fork_loop.py'), join(bench.home, 'tools/fork_loop.py'));
  const args = (seconds: number) => ['/usr/bin/python3.11', '/fork_loop.py', String(seconds)];
  return { name: 'bare Python fork loop', measures: loopMeasures(loopInContainer(bench, spec, args)) };
}

/** Clone into namespaces, exec and wait in a loop of C; with `setup` also what every sandbox needs besides. */
export async function cloneLoop(bench: Workbench, spec: KontainerSpec, setup: boolean): Promise<Contender> {
  await copyFile(join(bench.tools, 'clone-loop'), join(bench.home, 'tools/clone-loop'));
  const args = (seconds: number) => ['/clone-loop', String(seconds), setup ? '1' : '0', ...spec.args];
  const name = setup ? 'bare C clone loop + mounts, drops' : 'bare C clone + exec loop';
  return { name, measures: loopMeasures(loopInContainer(bench, spec, args)) };
}

function loopInContainer(
  bench: Workbench,
  spec: KontainerSpec,
  args: (seconds: number) => readonly string[],
): Parameters<typeof loopMeasures>[0] {
  return async (seconds) => {
    const name = `${spec.name}-loop`;
    const shape = { args: args(seconds), forks: true, descriptors: 0 };
    const { within, command } = await bareContainer(bench, { ...spec, name }, shape);
    return runTool([...within, ...command.map((part) => part.replace('{n}', '0'))]);
  };
}

/** The runtime's own template, forked and reaped in a loop, with no call and nothing of faas-server. */
export async function templateForks(bench: Workbench, spec: KontainerSpec): Promise<Contender> {
  const shape = { args: programOf(spec), env: { KONTAIN_TEMPLATE_FD: '3' }, forks: true, descriptors: 1 };
  const { within, command } = await bareContainer(bench, { ...spec, name: `${spec.name}-template` }, shape);
  const container = command.map((part) => part.replace('{n}', '0'));
  const measure = (seconds: number) =>
    runTool([
      ...within,
      join(bench.tools, 'template-forks'),
      String(seconds),
      String(warmSeconds),
      ...container,
    ]);
  return { name: 'bare forks of the template', measures: loopMeasures(measure) };
}
