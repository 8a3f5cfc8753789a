import { createHash } from 'node:crypto';
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
  /** What `inline` is called, where it is a file as it stands: it is mounted, and nobody has to unpack it. */
  plainName?: string | undefined;
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

/** Names with folders are for `unzip`. Throws FunctionFailure where the content is not what the checksum says. */
function plainName(
  { function: content = '', checksum = '' }: FunctionSpec,
  common: readonly string[],
): string | undefined {
  const name = common.find((arg) => arg.startsWith('--name='))?.slice('--name='.length) ?? '';
  if (!/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(name)) return undefined;
  const actual = createHash('sha256').update(content).digest('hex');
  if (checksum === '' || checksum.replace(/^sha256:/, '').toLowerCase() === actual) return name;
  const message = `The source has the checksum sha256:${actual}, not ${checksum} as spec.checksum says. Write the new checksum if the change is right; otherwise find out who changed the source.`;
  throw new FunctionFailure('SourceFailed', message, { retry: false });
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
  if (!type.includes('url'))
    return {
      args,
      inline: content,
      fromRegistry: false,
      plainName: archive === 'none' ? plainName(spec, common) : undefined,
    };
  const url = content.trim();
  if (/^https?:\/\/[!-~]+$/.test(url))
    return { args: [`--url=${url}`, ...args], inline: undefined, fromRegistry: false };
  const message = 'spec.function: with content type url, write a URL that begins with https:// or http://.';
  throw new FunctionFailure('InvalidSpec', message, { retry: false });
}
