import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultRuntimes } from '../../../src/api/kubeless-config/default-runtimes.ts';
import { findRuntime, phaseImage } from '../../../src/api/kubeless-config/find-runtime.ts';
import { startRuntime, type Runtime, type RuntimeProcess } from './runtime-process.ts';

export interface FunctionWithDependencies {
  /** Of the catalogue, such as ruby3.1. */
  runtime: string;
  /** Source of `handler.handle`. */
  source: string;
  /** Content of the dependency file; gets the folder in which packages are. */
  dependencies: (packages: string) => string;
  /** As with `--build-env`. */
  buildEnv?: (packages: string) => Record<string, string>;
  /** Makes a package in a folder, for want of a network. */
  makePackages: (packages: string) => void;
}

/** Installs the dependencies of a function with the command of its build Job, on this machine, and starts it. */
export async function startWithDependencies(
  runtime: Runtime,
  { runtime: name, source, dependencies, buildEnv, makePackages }: FunctionWithDependencies,
): Promise<RuntimeProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'dependencies-'));
  try {
    const packages = join(folder, 'packages');
    const functions = join(folder, 'function');
    for (const each of [packages, functions]) mkdirSync(each);
    makePackages(packages);
    writeFileSync(join(functions, `handler${runtime.suffix}`), source);
    const found = findRuntime(defaultRuntimes(), name);
    const file = join(functions, found.runtime.depName);
    writeFileSync(file, dependencies(packages));
    const volume = { KUBELESS_INSTALL_VOLUME: functions, KUBELESS_DEPS_FILE: file };
    const command = phaseImage(found.version, 'installation')?.command ?? '';
    const own = { PATH: process.env['PATH'] ?? '', HOME: folder, LANG: 'C.UTF-8' };
    const env = { ...own, ...volume, ...buildEnv?.(packages) };
    execFileSync('sh', ['-c', command], { cwd: functions, env, stdio: 'pipe' });
    const variables = Object.entries(found.image.env ?? {}).map(([key, value]) => [
      key,
      value.replaceAll('$(KUBELESS_INSTALL_VOLUME)', functions),
    ]);
    const started = await startRuntime(
      { ...runtime, functions },
      'handler.handle',
      'stream',
      Object.fromEntries(variables) as Record<string, string>,
    );
    return withCleaning(started, folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function withCleaning(inner: RuntimeProcess, folder: string): RuntimeProcess {
  return {
    ...inner,
    async [Symbol.asyncDispose]() {
      await inner[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
