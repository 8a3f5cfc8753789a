import type { Argument, Command, CommandEntry, Flag } from './command.ts';
import { exitCodes } from './exit-codes.ts';

/** `--help` of one command. */
export function commandHelp(entry: CommandEntry, command: Command): string {
  const examples = (command.examples ?? []).map((example) => `  ${example}\n`).join('');
  return [
    `${entry.summary}\n`,
    ...(command.description === undefined ? [] : [`${command.description}\n`]),
    `Usage:\n  ${usage(entry, command)}\n`,
    ...((entry.aliases ?? []).length === 0 ? [] : [`Aliases:\n  ${(entry.aliases ?? []).join(', ')}\n`]),
    ...(examples === '' ? [] : [`Examples:\n${examples}`]),
    `Flags:\n${columns(command.flags.map((flag) => [flagNames(flag), flagText(flag)]))}`,
    `Exit codes:\n${columns(exitCodes().map(({ exit, meaning }) => [String(exit), meaning]))}`,
  ].join('\n');
}

/** What there is under `kubeless` or under one of its groups. */
export function groupHelp(group: string, entries: readonly CommandEntry[]): string {
  const list = columns(entries.map(({ path, summary }) => [`kubeless ${path}`, summary]));
  const more = 'Run "kubeless <command> --help" for its flags and the exit codes.\n';
  const title =
    group === '' ? 'Functions on Kubernetes, each call in its own Kontainer.' : `kubeless ${group}`;
  return `${title}\n\nCommands:\n${list}\n${more}`;
}

export function usage({ path }: CommandEntry, command: Command): string {
  const args = command.arguments.map(argumentText);
  return ['kubeless', path, ...args, ...(command.flags.length > 0 ? ['[flags]'] : [])].join(' ');
}

function argumentText({ name, kind }: Argument): string {
  if (kind === 'many') return `[${name}…]`;
  return kind === 'one' ? `<${name}>` : `[${name}]`;
}

export function flagNames({ name, short, type }: Flag): string {
  const value = type === 'text' ? ' text' : '';
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value}`;
}

export function flagText(flag: Flag): string {
  const notes = [
    ...(flag.required === true ? ['required'] : []),
    ...(flag.list === true ? ['may be repeated, or separated by commas'] : []),
    ...(flag.repeatable === true ? ['may be repeated'] : []),
    ...(flag.choices === undefined ? [] : [flag.choices.join(' | ')]),
    ...(flag.default === undefined ? [] : [`default ${flag.default}`]),
  ];
  return notes.length === 0 ? flag.description : `${flag.description} (${notes.join('; ')})`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}\n`).join('');
}
