import { createHash } from 'node:crypto';
import { accessSync, constants, globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PlatformError } from '../../lib/errors.ts';

type Argv = readonly [string, ...string[]];

/** What is compiled before it runs: as for the platform, by the same script, with what is installed on this machine. */
export interface Compilation {
  /** For what is made; removed in the end. */
  work: string;
  /** Of the sources' copy, in which the script works. */
  next: string;
  /** Where the function finds what was made; nothing in it changes while it runs. */
  volume: string;
  /** Links in `work`, by path. */
  links: Readonly<Record<string, string>>;
  /** Once, before the first time. */
  before: readonly Argv[];
  script: string;
  /** Beside that of the function. */
  env: Readonly<Record<string, string>>;
}

export interface CompiledPlace {
  root: string;
  /** Of the source. */
  folder: string;
  port: string;
  handler: string;
  env: Readonly<Record<string, string>>;
}

export interface CompiledProgram {
  argv: Argv;
  compilation: Compilation;
}

/** Undefined for what is not compiled. Throws `bad_request` where the compiler is not installed. */
export function compiledProgram(runtime: string, place: CompiledPlace): CompiledProgram | undefined {
  if (/^go[0-9.]*$/.test(runtime)) return goProgram(place);
  const [, release] = /^java([0-9]*)$/.exec(runtime) ?? [];
  return release === undefined ? undefined : javaProgram(place, release);
}

function goProgram(place: CompiledPlace): CompiledProgram {
  installed('go', place, 'Install Go (https://go.dev/dl)');
  const { env, ...folders } = workplace(place);
  const home = join(place.root, 'runtimes/go');
  return {
    argv: [join(folders.volume, '.function')],
    compilation: {
      ...folders,
      links: {},
      before: [],
      script: join(home, 'compile'),
      env: { ...env, ...goBuild, KONTAIN_GO: home },
    },
  };
}

/** As the image that compiles has it. */
export const goBuild = {
  CGO_ENABLED: '0',
  GOFLAGS: '-mod=mod -trimpath -buildvcs=false -tags=timetzdata -ldflags=-s',
};

function javaProgram(place: CompiledPlace, release: string): CompiledProgram {
  const hint = `Install a JDK ${release} (Debian: openjdk-${release}-jdk-headless)`;
  for (const tool of ['javac', 'jar']) installed(tool, place, hint);
  const { env, ...folders } = workplace(place);
  const [home, runtime] = [join(folders.work, 'java'), join(place.root, 'runtimes/java')];
  const sources = globSync('{app,io}/**/*.java', { cwd: runtime }).map((file) => join(runtime, file));
  return {
    argv: ['sh', join(home, 'start')],
    compilation: {
      ...folders,
      // As in the image, where a folder is as good as a jar.
      links: {
        'java/jre/bin/java': installed('java', place, hint),
        'java/start': join(runtime, 'start'),
        'java/ivysettings.xml': join(runtime, 'ivysettings.xml'),
      },
      before: [['javac', '-d', join(home, 'runtime.jar'), ...sources]],
      script: join(runtime, 'compile'),
      env: {
        ...env,
        KONTAIN_JAVA: home,
        KONTAIN_JAVA_RELEASE: release,
        KONTAIN_IVY_CACHE: join(folders.work, 'ivy'),
      },
    },
  };
}

/** The same again for the same source and port, so that a run that was killed leaves nothing for long. */
function workplace({ folder, port, handler, env }: CompiledPlace) {
  const { XDG_CACHE_HOME, HOME } = env;
  const cache = XDG_CACHE_HOME ?? (HOME === undefined ? tmpdir() : join(HOME, '.cache'));
  const name = createHash('sha256').update(`${folder}:${port}`).digest('hex').slice(0, 16);
  const work = join(cache, 'kubeless/run', name);
  const next = join(work, 'next');
  const own = { KUBELESS_INSTALL_VOLUME: next, KUBELESS_FUNC_NAME: handler, TMPDIR: join(work, 'tmp') };
  return { work, next, volume: join(work, 'function'), env: own };
}

/** Path of a program. */
function installed(program: string, { env }: CompiledPlace, hint: string): string {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    try {
      const path = join(folder, program);
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue; // the next folder
    }
  }
  throw new PlatformError('bad_request', `${program} is not installed on this machine`, {
    hint: `${hint}, or deploy the function: the platform compiles it then.`,
  });
}
