import type { Runtime } from './runtime-images.ts';

/** How the dependencies of a language are installed and found. */
export interface InterpretedLanguage {
  ID: string;
  depName: string;
  fileNameSuffix: string;
  install: string;
  /** The entry of its image, which takes `--check`. */
  check: string;
  env: Record<string, string>;
}

/** A call waits for a start no longer. */
const longestLoadSeconds = 60;

/** Looks whether the runtime can load a function, and prints why not. One stream, so that its last word comes last. */
function checkCommand(entry: string): string {
  return `timeout --kill-after=2 ${longestLoadSeconds} ${entry} --check 1>&2`;
}

export function interpreted(registry: string, version: string, language: InterpretedLanguage): Runtime {
  const { ID, depName, fileNameSuffix, install, check, env } = language;
  const name = `${ID}${version}`;
  return {
    ID,
    depName,
    fileNameSuffix,
    versions: [
      {
        name,
        version,
        images: [
          { phase: 'installation', image: `${registry}/${name}-build`, command: install },
          { phase: 'check', image: `${registry}/${name}`, command: checkCommand(check) },
          { phase: 'runtime', image: `${registry}/${name}`, env },
        ],
      },
    ],
  };
}
