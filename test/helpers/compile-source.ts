import { chownSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defaultRuntimes } from '../../src/api/kubeless-config/default-runtimes.ts';
import { findRuntime, phaseImage } from '../../src/api/kubeless-config/find-runtime.ts';
import { idBase } from '../../src/oci/id-base.ts';
import type { BuildMachine } from './build-machine.ts';

/** How this machine reaches others, and whom it trusts. */
const machineFiles = ['/etc/resolv.conf', '/etc/hosts', '/etc/ssl/certs/ca-certificates.crt'];

export interface Source {
  runtime: string;
  /** `module.function` */
  handler: string;
  /** By name; where there is one, it gets the name of the module. */
  files: Readonly<Record<string, string | Buffer>>;
  dependencies?: string;
}

/** The phase `compilation` of a runtime on files in a new volume, which a build Job would have unpacked there. */
export async function compileSource(
  machine: BuildMachine,
  { runtime, handler, files, dependencies }: Source,
) {
  const found = findRuntime(defaultRuntimes(), runtime);
  const compilation = phaseImage(found.version, 'compilation');
  const { depName } = found.runtime;
  const folder = machine.volume(`function-${crypto.randomUUID()}`);
  const all = { ...files, ...(dependencies === undefined ? {} : { [depName]: dependencies }) };
  for (const [name, content] of Object.entries(all)) {
    writeFileSync(join(folder, name), content);
    chownSync(join(folder, name), idBase + 1000, idBase + 1000);
  }
  const [module = '', name = ''] = handler.split('.');
  const ended = await machine.run(
    basename(compilation?.image ?? ''),
    [compilation?.command ?? ''],
    [
      { source: folder, path: '/kubeless', readOnly: false },
      ...machineFiles.map((path) => ({ source: path, path, readOnly: true })),
    ],
    {
      command: ['sh', '-c'],
      env: {
        HOME: '/tmp',
        KUBELESS_INSTALL_VOLUME: '/kubeless',
        KUBELESS_DEPS_FILE: `/kubeless/${depName}`,
        KUBELESS_FUNC_NAME: name,
        MOD_NAME: module,
        ...compilation?.env,
      },
    },
  );
  return { ...ended, folder };
}

/** `compileSource` for one runtime, on a machine that is there once it is called. */
export function compilerOf(runtime: string, machine: () => BuildMachine) {
  return (handler: string, files: Source['files'], dependencies?: string) =>
    compileSource(machine(), {
      runtime,
      handler,
      files,
      ...(dependencies === undefined ? {} : { dependencies }),
    });
}
