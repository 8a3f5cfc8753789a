import { PlatformError } from '../../lib/errors.ts';
import type { PhaseImage, Runtime, RuntimeVersion } from './runtime-images.ts';

export interface FoundRuntime {
  /** As in spec.runtime. */
  name: string;
  runtime: Runtime;
  version: RuntimeVersion;
  /** Phase `runtime`, which every usable version has. */
  image: PhaseImage;
}

/** `python3.11` and so on, in the order of the list: those that can be used. */
export function runtimeNames(runtimes: readonly Runtime[]): string[] {
  return runtimes.flatMap((runtime) =>
    runtime.versions
      .filter((version) => phaseImage(version, 'runtime') !== undefined)
      .map(({ version }) => `${runtime.ID}${version}`),
  );
}

/** The runtime of that name, which is its ID and a version. Throws `invalid` with the names that there are. */
export function findRuntime(runtimes: readonly Runtime[], name: string): FoundRuntime {
  const id = /^[A-Za-z_-]+/.exec(name)?.[0];
  const version = /[0-9.]*$/.exec(name)?.[0];
  const ofId = runtimes.filter((runtime) => runtime.ID === id);
  for (const runtime of ofId) {
    const found = runtime.versions.find((item) => item.version === version);
    const image = found === undefined ? undefined : phaseImage(found, 'runtime');
    if (found !== undefined && image !== undefined) return { name, runtime, version: found, image };
  }
  const names = runtimeNames(ofId.length > 0 ? ofId : runtimes);
  const problem =
    ofId.length > 0
      ? `The given runtime and version ${name} is not valid`
      : `Unable to find ${name} as runtime`;
  throw new PlatformError('invalid', `${problem}.`, { hint: `Available runtimes are: ${names.join(', ')}.` });
}

export function phaseImage({ images }: RuntimeVersion, phase: PhaseImage['phase']): PhaseImage | undefined {
  return images.find((image) => image.phase === phase);
}
