import { errorCatalogue } from '../lib/error-catalogue.ts';
import { toPlatformError } from '../lib/errors.ts';
import { parseCommandLine } from './command-line.ts';
import type { CommandEntry } from './command.ts';
import { commands } from './commands.ts';
import { helpFlag } from './common-flags.ts';
import { hintFor } from './error-hint.ts';
import { commandFirst, misplacedFlag } from './leading-flags.ts';
import { commandHelp, groupHelp } from './help.ts';
import { say, type Io } from './io.ts';
import { oneLine } from './one-line.ts';
import { Session } from './session.ts';
import { unknownCommand } from './unknown-command.ts';

/** The whole program. Resolves to the exit code; what went wrong is one line on standard error, and a hint. */
export async function runCli(given: readonly string[], io: Io): Promise<number> {
  const argv = commandFirst(given[0] === 'help' ? [...given.slice(1), '--help'] : given, commandWords);
  const found = findCommand(argv);
  try {
    if (found === undefined) return showGroup(argv, io);
    return await runCommand(found.entry, found.rest, io);
  } catch (error) {
    return report(error, io, found?.entry.path);
  }
}

async function runCommand(entry: CommandEntry, argv: readonly string[], io: Io): Promise<number> {
  const loaded = await entry.load();
  const command = { ...loaded, flags: [...loaded.flags, helpFlag] };
  const { args, flags, help } = parseCommandLine(argv, command);
  if (help) {
    io.stdout.write(commandHelp(entry, command));
    return 0;
  }
  await using session = new Session(io, flags);
  return (await command.run({ args, flags, io, session, commands })) ?? 0;
}

const commandWords = new Set(commands.flatMap(pathsOf));

/** The command whose words the arguments begin with. */
function findCommand(argv: readonly string[]): { entry: CommandEntry; rest: readonly string[] } | undefined {
  for (let length = Math.min(argv.length, 3); length > 0; length -= 1) {
    const words = argv.slice(0, length).join(' ');
    const entry = commands.find((candidate) => pathsOf(candidate).includes(words));
    if (entry !== undefined) return { entry, rest: argv.slice(length) };
  }
  return undefined;
}

function pathsOf({ path, aliases = [] }: CommandEntry): string[] {
  const group = path.split(' ').slice(0, -1);
  return [path, ...aliases.map((alias) => [...group, alias].join(' '))];
}

/** `kubeless function` alone shows what there is; an unknown word is an error. */
function showGroup(argv: readonly string[], io: Io): number {
  const words = argv.filter((word) => word !== '--help' && word !== '-h' && word !== 'help');
  if (words[0]?.startsWith('-') === true) throw misplacedFlag(words[0]);
  const group = words.join(' ');
  const inGroup = commands.filter(({ path }) => group === '' || path.startsWith(`${group} `));
  if (inGroup.length === 0) throw unknownCommand(words, commands.flatMap(pathsOf));
  io.stdout.write(groupHelp(group, inGroup));
  return 0;
}

function report(thrown: unknown, io: Io, path: string | undefined): number {
  if (io.signal.aborted) return 130;
  const error = toPlatformError(thrown);
  const hint = hintFor(error, path);
  say(io, `error: ${oneLine(error.message)}`);
  if (hint !== undefined) say(io, `hint: ${oneLine(hint)}`);
  return errorCatalogue[error.code].exit;
}
