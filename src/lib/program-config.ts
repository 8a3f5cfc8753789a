import { parseArgs } from 'node:util';
import type { ZodType } from 'zod';
import { errorMessage, PlatformError } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ProgramArguments {
  args: readonly string[];
  env: Environment;
  /** Flag → environment variable of the same meaning, over which it wins; null accepts a flag that changes nothing. */
  flags: Readonly<Record<string, string | null>>;
  usage: string;
}

/** Arguments and environment → configuration. Throws PlatformError `bad_request` that names what is wrong. */
export function programConfig<T>(schema: ZodType<T>, given: ProgramArguments): T {
  const result = schema.safeParse(withFlags(given));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new PlatformError('bad_request', `${issue?.path.join('.')}: ${issue?.message}`, {
    hint: given.usage,
  });
}

/** The environment with the flags in it. */
function withFlags({ args, env, flags, usage }: ProgramArguments): Environment {
  const options = Object.fromEntries(Object.keys(flags).map((flag) => [flag, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true });
    const named = Object.entries(values).map(([flag, value]) => [flags[flag] ?? null, value]);
    return { ...env, ...Object.fromEntries(named.filter(([variable]) => variable !== null)) };
  } catch (error) {
    throw new PlatformError('bad_request', errorMessage(error), { cause: error, hint: usage });
  }
}
