import type { FunctionSpec } from '../../api/function-spec.ts';
import { FunctionFailure } from '../failure.ts';

/** Where the source is for the build: the arguments that tell `unzip`, and the text that a ConfigMap carries. */
export interface SourceInput {
  /** `--name=value`, without what depends on the place in the pod. */
  args: readonly string[];
  /** `spec.function` as it was written; undefined if the source is fetched. */
  inline: string | undefined;
  /** Whether fetching it may need the credentials of a registry. */
  fromRegistry: boolean;
}

/** Archive, as `unzip` has it: `none` is a single file. */
type Archive = 'auto' | 'none' | 'zip' | 'compressedtar';

/** `defaultName` is what a single file is called. Throws FunctionFailure without any source. */
export function sourceInput(spec: FunctionSpec, defaultName: string): SourceInput {
  const { source, checksum = '', fileName = defaultName } = spec;
  const common = [...(checksum === '' ? [] : [`--checksum=${checksum}`]), `--name=${fileName}`];
  if (source === undefined) return kubelessInput(spec, common);
  const { url, git, oci, archive = 'auto' } = source;
  const place = [
    ...(url === undefined ? [] : [`--url=${url}`]),
    ...(git === undefined ? [] : gitArgs(git)),
    ...(oci === undefined ? [] : [`--oci=${oci}`]),
  ];
  return {
    args: [...place, `--archive=${git === undefined ? archive : 'none'}`, ...common],
    inline: undefined,
    fromRegistry: oci !== undefined,
  };
}

function gitArgs({ url, ref, path }: NonNullable<NonNullable<FunctionSpec['source']>['git']>): string[] {
  return [
    `--git=${url}`,
    ...(ref === undefined ? [] : [`--git-ref=${ref}`]),
    ...(path === undefined ? [] : [`--git-path=${path}`]),
  ];
}

/** The grammar of function-content-type looks for parts of the text, in this order. */
function kubelessInput(spec: FunctionSpec, common: readonly string[]): SourceInput {
  const { function: content = '', 'function-content-type': type = '' } = spec;
  if (content === '') {
    const message = 'spec: there is nothing to run; write a source (function or source), or an image.';
    throw new FunctionFailure('InvalidSpec', message, { retry: false });
  }
  const archive: Archive = type.includes('zip')
    ? 'zip'
    : type.includes('compressedtar')
      ? 'compressedtar'
      : 'none';
  const args = [`--archive=${archive}`, ...common];
  if (type.includes('base64'))
    return { args: ['--encoding=base64', ...args], inline: content, fromRegistry: false };
  if (!type.includes('url')) return { args, inline: content, fromRegistry: false };
  const url = content.trim();
  if (/^https?:\/\/[!-~]+$/.test(url))
    return { args: [`--url=${url}`, ...args], inline: undefined, fromRegistry: false };
  const message = 'spec.function: with content type url, write a URL that begins with https:// or http://.';
  throw new FunctionFailure('InvalidSpec', message, { retry: false });
}
