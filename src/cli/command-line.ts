import { parseArgs } from 'node:util';
import { PlatformError } from '../lib/errors.ts';
import type { Argument, Command, Flag } from './command.ts';
import { FlagValues } from './flag-values.ts';
import { splitList } from './key-values.ts';
import { unknownFlag } from './unknown-command.ts';

export interface CommandLine {
  args: string[];
  flags: FlagValues;
  help: boolean;
}

/**
 * Arguments and flags of one command. Throws `bad_request`. With node:util and no package: the flags are data here
 * already, and a parser's import would be a tenth of the time that a start may take.
 */
export function parseCommandLine(argv: readonly string[], command: Command): CommandLine {
  const byName = new Map(command.flags.map((flag) => [flag.name, flag]));
  const { tokens } = parseArgs({
    args: [...argv],
    options: parserOptions(command.flags),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const args: string[] = [];
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = byName.get(token.name);
    if (flag === undefined) throw unknownFlag(token.rawName, command.flags);
    const values = flagValues(flag, token);
    given.set(token.name, [...(given.get(token.name) ?? []), ...values]);
  }
  const help = given.get('help')?.at(-1) === 'true';
  const defaults = command.flags.map((flag) => [flag.name, flag.default ?? ''] as const);
  const flags = new FlagValues(given, new Map(defaults));
  if (!help) check(command, args, flags);
  return { args, flags, help };
}

function parserOptions(flags: readonly Flag[]) {
  const options = flags.map(({ name, short, type }) => {
    const kind = type === 'switch' ? ('boolean' as const) : ('string' as const);
    return [name, { type: kind, ...(short === undefined ? {} : { short }) }] as const;
  });
  return Object.fromEntries(options);
}

interface OptionToken {
  rawName: string;
  value: string | undefined;
}

function flagValues(flag: Flag, { rawName, value }: OptionToken): readonly string[] {
  if (flag.type === 'switch') return [switchValue(rawName, value)];
  if (value === undefined) throw new PlatformError('bad_request', `flag needs an argument: ${rawName}`);
  if (flag.list === true) return splitList(value);
  if (value !== '' && flag.choices?.includes(value) === false)
    throw new PlatformError('bad_request', `${rawName} must be {${flag.choices.join('|')}}, not "${value}"`);
  return [value];
}

function switchValue(rawName: string, value = 'true'): string {
  if (value === 'true' || value === 'false') return value;
  throw new PlatformError('bad_request', `${rawName} is a switch: write ${rawName} or ${rawName}=false`);
}

function check(
  { arguments: expected, flags: known }: Command,
  args: readonly string[],
  flags: FlagValues,
): void {
  checkArguments(expected, args);
  const missing = known.filter(({ name, required }) => required === true && flags.text(name) === undefined);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => `"${name}"`).join(', ');
  throw new PlatformError('bad_request', `required flag(s) ${names} not set`);
}

function checkArguments(expected: readonly Argument[], args: readonly string[]): void {
  const needed = expected.filter(({ kind }) => kind === 'one');
  const open = expected.some(({ kind }) => kind === 'many');
  if (args.length >= needed.length && (open || args.length <= expected.length)) return;
  const [first] = needed;
  const extra = args[expected.length];
  if (first !== undefined)
    throw new PlatformError(
      'bad_request',
      `Need exactly one argument - ${first.what}${extra === undefined ? '' : `; "${extra}" is one too many`}`,
    );
  throw new PlatformError('bad_request', `unexpected argument: ${extra ?? ''}`);
}
