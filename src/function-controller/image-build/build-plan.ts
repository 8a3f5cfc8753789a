import { parseDuration } from '../../api/duration.ts';
import type { EnvVar } from '../../api/env-var.ts';
import type { KubelessFunction } from '../../api/function.ts';
import { findRuntime, phaseImage, type FoundRuntime } from '../../api/kubeless-config/find-runtime.ts';
import type { KubelessConfig } from '../../api/kubeless-config/kubeless-config.ts';
import type { PhaseImage } from '../../api/kubeless-config/runtime-images.ts';
import { FunctionFailure, toFailure } from '../failure.ts';
import { hashOf } from './hash.ts';
import { imageReference } from './image-names.ts';
import { sourceInput, type SourceInput } from './source-input.ts';

/** What a build does, as far as the Function and the configuration say it: no question to anybody yet. */
export interface BuildPlan {
  /** Hash of what the author wrote, for spec.rollback.insteadOf and the history. */
  source: string;
  input: SourceInput;
  runtime: FoundRuntime;
  /** Of the runtime's image, in skopeo's notation. */
  runtimeImage: string;
  module: string;
  handler: string;
  /** Name of the dependency file; empty if the runtime has none. */
  dependencyFile: string;
  /** Content of the dependency file; undefined if there are none, or the archive brings them. */
  dependencies: string | undefined;
  installation: PhaseImage | undefined;
  compilation: PhaseImage | undefined;
  /** Installed apart from the function's own files, so that they are a layer of their own that later builds take over. */
  apart: boolean;
  /** Variables of installation and compilation. */
  env: readonly EnvVar[];
  timeoutMs: number;
}

/** `ownImage`: what the source is put on instead of the runtime's image. Throws FunctionFailure where nothing can be built. */
export function planBuild(
  { spec }: KubelessFunction,
  userEnv: readonly EnvVar[],
  config: KubelessConfig,
  ownImage?: string,
): BuildPlan {
  const { build = {} } = spec;
  const names = splitHandler(spec.handler ?? '');
  const runtime = runtimeOf(config, spec.runtime ?? '', ownImage);
  const input = sourceInput(spec, `${names.module}${runtime.runtime.fileNameSuffix}`);
  const steps = installationOf(spec, runtime);
  const env = steps.installation === undefined && steps.compilation === undefined ? [] : userEnv;
  const written = {
    ...input,
    ...steps,
    ...names,
    runtime: spec.runtime,
    env,
    revision: build.revision ?? '',
  };
  // Commands and images are the operator's: their change is no change of the source.
  const source = hashOf({
    ...written,
    installation: undefined,
    compilation: undefined,
    plainName: undefined,
  });
  return {
    source: `sha256:${source}`,
    input,
    runtime,
    runtimeImage: imageReference(runtime.image.image),
    ...names,
    ...steps,
    dependencyFile: runtime.runtime.depName,
    env,
    timeoutMs: build.timeout === undefined ? config.buildTimeoutMs : parseDuration(build.timeout),
  };
}

type Steps = Pick<BuildPlan, 'dependencies' | 'installation' | 'compilation' | 'apart'>;

function installationOf(spec: KubelessFunction['spec'], { version }: FoundRuntime): Steps {
  const bundled = (spec['function-content-type'] ?? '').includes('deps');
  const dependencies = bundled || spec.deps === '' ? undefined : spec.deps;
  const isWanted = bundled || dependencies !== undefined;
  const installation = isWanted ? phaseImage(version, 'installation') : undefined;
  const compilation = phaseImage(version, 'compilation');
  const apart = installation !== undefined && compilation === undefined && !bundled;
  return { dependencies, installation, compilation, apart };
}

function splitHandler(text: string): { module: string; handler: string } {
  const [module = '', handler = ''] = text.split('.');
  if (module !== '' && handler !== '') return { module, handler };
  const message =
    'spec.handler: is required with a source; write the module and the function, such as hello.handler.';
  throw new FunctionFailure('InvalidSpec', message, { retry: false });
}

/** An image of one's own is built on as it is, or with the installation and compilation of a runtime that is named. */
function runtimeOf(config: KubelessConfig, name: string, ownImage: string | undefined): FoundRuntime {
  if (ownImage === undefined) return lookUp(config, name);
  const image = { phase: 'runtime', image: ownImage } as const;
  if (name !== '' && name !== 'custom') return { ...lookUp(config, name), image };
  const runtime = { ID: 'custom', versions: [], depName: '', fileNameSuffix: '' };
  return { name: 'custom', runtime, version: { version: '', images: [] }, image };
}

function lookUp(config: KubelessConfig, name: string): FoundRuntime {
  if (name === '') {
    const message = 'spec.runtime: is required with a source; write a runtime such as python3.11.';
    throw new FunctionFailure('InvalidSpec', message, { retry: false });
  }
  try {
    return findRuntime(config.runtimes, name);
  } catch (error) {
    throw toFailure('UnknownRuntime', error, false);
  }
}
