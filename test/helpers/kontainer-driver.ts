import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KontainerDriver, Template } from '../../src/kontainer/kontainer.ts';
import { ContainerDriver } from '../../src/kontainer/container/driver.ts';
import type { ContainerHostOptions } from '../../src/kontainer/container/host.ts';
import type { StartMode } from '../../src/kontainer/spec.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger, type Logger } from '../../src/lib/log.ts';
import { idBase, writeProgramLayer } from './kontainer-programs.ts';
import { probeSpec, programLayer, type SpecChange } from './probe-spec.ts';

export interface TestDriver extends AsyncDisposable {
  readonly driver: KontainerDriver;
  readonly options: ContainerHostOptions;
  readonly start: StartMode;
  /** A function of its own: nothing of it runs before its first call. */
  function(change?: SpecChange, files?: string): Template;
}

export interface TestDriverOptions {
  runtime: string;
  start: StartMode;
  logger?: Logger;
  startTimeoutMs?: number;
  /** Instead of compiling them. */
  writePrograms?: (folder: string) => void;
}

/** Folders, cgroup and programs for a driver; all of them are gone when it is disposed of. */
export function hostOptions(
  runtime: string,
  logger?: Logger,
  writePrograms = writeProgramLayer,
): ContainerHostOptions {
  const folder = mkdtempSync(join(tmpdir(), 'kontainer-'));
  /* the ids of the Kontainers must be able to pass through to the root file systems */
  chmodSync(folder, 0o711);
  const layers = join(folder, 'layers');
  mkdirSync(layers);
  writePrograms(join(layers, programLayer.replace('sha256:', '')));
  return {
    native: join(import.meta.dirname, '../../build/native'),
    run: join(folder, 'run'),
    layers,
    runtime,
    cgroup: `/${folder.split('/').at(-1) ?? 'kontainer'}`,
    idBase,
    seccompProfile: readFileSync('/usr/share/containers/seccomp.json', 'utf8'),
    clock: systemClock,
    logger: logger ?? createLogger({ name: 'test', level: 'fatal' }),
  };
}

export function removeHostFolders(options: ContainerHostOptions): void {
  rmSync(join(options.layers, '..'), { recursive: true, force: true });
}

export async function startTestDriver({
  runtime,
  start,
  logger,
  startTimeoutMs = 20_000,
  writePrograms,
}: TestDriverOptions): Promise<TestDriver> {
  const options = { ...hostOptions(runtime, logger, writePrograms), startTimeoutMs };
  const driver = new ContainerDriver(options);
  await driver.check();
  return {
    driver,
    options,
    start,
    function: (change, files) => driver.prepare(probeSpec(start, change), files),
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]();
      removeHostFolders(options);
    },
  };
}
