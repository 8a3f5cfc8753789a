import { join } from 'node:path';
import { exec } from '../../lib/exec.ts';
import { wholeFilter } from './seccomp-filter.ts';
import { ociSeccomp, type ResolvedProfile } from './seccomp-profile.ts';

/** One filter of system calls in two forms, of which a runtime takes one. */
export interface ContainerSeccomp {
  /** `linux.seccomp` of the runtime specification. */
  rules: object;
  /** Compiled, in base64: crun's own form. From the rules it would make it for each container, in half of the time of a start. */
  filter: string;
}

const timeoutMs = 10_000;

/** Lines of seccomp-filter.ts to a BPF program. `native` is the folder of build/native. */
export async function compileFilter(input: string, native: string): Promise<Buffer> {
  const { stdout } = await exec(join(native, 'kontainer-seccomp'), [], { input, timeoutMs });
  return stdout;
}

export async function containerSeccomp(profile: ResolvedProfile, native: string): Promise<ContainerSeccomp> {
  const filter = await compileFilter(wholeFilter(profile), native);
  return { rules: ociSeccomp(profile), filter: filter.toString('base64') };
}

/** For `annotations` of the runtime specification; other runtimes than crun ignore it. */
export function seccompAnnotation({ filter }: ContainerSeccomp): Record<string, string> {
  return { 'run.oci.seccomp_bpf_data': filter };
}
