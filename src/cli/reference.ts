import type { Command, CommandEntry, Flag } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { flagText, usage } from './help.ts';

/** docs/cli.md, made of the command table. */
export async function cliReference(commands: readonly CommandEntry[]): Promise<string> {
  const loaded = await Promise.all(commands.map(async (entry) => ({ entry, command: await entry.load() })));
  return (
    [
      '# kubeless',
      'Made of the command table in `src/cli/commands.ts` by `scripts/node scripts/generate-cli-reference.ts`; do not edit.',
      preamble,
      '## Commands',
      list(commands),
      ...loaded.map(({ entry, command }) => section(entry, command)),
      '## Exit codes',
      exitCodeTable(),
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  );
}

const preamble = `Which API server: \`--kubeconfig\`, else the first existing file of \`$KUBECONFIG\`, else \`~/.kube/config\`; \`--context\` chooses in it.
Where functions are called: \`--url\`, else \`$KUBELESS_FUNCTIONS_URL\`, else the key \`functions-url\` of the ConfigMap \`kubeless-config\`.

Data goes to standard output; messages, progress and errors go to standard error. An error is one line, and a hint where there is one.
Values of list flags are separated by commas; a value with a comma goes into double quotes. Keys and values are separated by \`=\` or \`:\`.`;

function list(commands: readonly CommandEntry[]): string {
  return commands
    .map(
      ({ path, summary }) => `* [\`kubeless ${path}\`](#kubeless-${path.replaceAll(' ', '-')}): ${summary}`,
    )
    .join('\n');
}

function section(entry: CommandEntry, command: Command): string {
  const { aliases = [] } = entry;
  const also = aliases.length === 0 ? '' : ` Also: ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`;
  return [
    `### kubeless ${entry.path}`,
    `${entry.summary}${also}`,
    ...(command.description === undefined ? [] : [command.description]),
    codeBlock([usage(entry, command), ...(command.examples ?? [])]),
    ...(command.flags.length === 0 ? [] : [flagTable(command.flags)]),
  ].join('\n\n');
}

function codeBlock(lines: readonly string[]): string {
  return ['```', ...lines, '```'].join('\n');
}

function flagTable(flags: readonly Flag[]): string {
  const rows = flags.map((flag) => `| ${names(flag)} | ${flagText(flag).replaceAll('|', String.raw`\|`)} |`);
  return ['| flag | |', '| --- | --- |', ...rows].join('\n');
}

function names({ name, short }: Flag): string {
  return short === undefined ? `\`--${name}\`` : `\`--${name}\`, \`-${short}\``;
}

function exitCodeTable(): string {
  const rows = exitCodes().map(
    ({ exit, meaning, codes }) => `| ${exit} | ${meaning} | ${codes.join(', ')} |`,
  );
  return ['| code | meaning | errors |', '| --- | --- | --- |', ...rows].join('\n');
}
