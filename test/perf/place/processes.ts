import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { takesConnections } from '../../../src/lib/takes-connections.ts';
import { freePorts } from '../../helpers/free-ports.ts';

const startMs = 20_000;
const stopMs = 20_000;
const tryAgainMs = 20;

export interface ServerProcess extends AsyncDisposable {
  port: number;
  pid: number;
}

export interface ServerCommand {
  command: (port: number) => readonly string[];
  env?: Record<string, string>;
  /** Receives its standard error. */
  logFile: string;
}

/** Starts a server on a free port and waits until it listens. Its end is polite: it has to clean up. */
export async function startServer({ command, env, logFile }: ServerCommand): Promise<ServerProcess> {
  const [port = 0] = await freePorts(1);
  // It ends with us, however we end.
  const args = ['--pdeathsig', 'TERM', ...command(port)];
  await using log = await open(logFile, 'a');
  const child = spawn('setpriv', args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', log.fd],
  });
  try {
    await untilListening(port, child);
  } catch (cause) {
    await stop(child);
    throw new Error(
      `${command(port).join(' ')} did not start: ${(await readFile(logFile, 'utf8')).slice(-2000)}`,
      { cause },
    );
  }
  return { port, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await exited;
  clearTimeout(timer);
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startMs;
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`nothing listens on port ${port}`);
    await sleep(tryAgainMs);
  }
}

/** A process and all that descend from it. */
export async function processTree(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const parents = new Map(await Promise.all(pids.map(async (pid) => [pid, await parentOf(pid)] as const)));
  const tree = [pid];
  for (const parent of tree) for (const [child, of] of parents) if (of === parent) tree.push(child);
  return tree;
}

async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

/** Bytes of memory that would be free if the process were not there (proportional set size). */
export async function proportionalBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}
