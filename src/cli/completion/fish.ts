import type { Flag } from '../command.ts';
import type { Place } from './words.ts';

export function fishCompletion(places: readonly Place[]): string {
  return `# fish completion of kubeless: kubeless completion fish | source
function __kubeless_at
    set -l words (commandline -opc)
    set -l path
    for word in $words
        string match -q -- '-*' $word; and break
        set -a path $word
    end
    set -l here (string join ' ' $path)
    test "$here" = "$argv[1]"; and return 0
    test "$argv[2]" = leaf; and string match -q -- "$argv[1] *" "$here"
end
${places.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, words, flags }: Place): string[] {
  const condition = `-n '__kubeless_at "${path}"${words.length === 0 ? ' leaf' : ''}'`;
  const next = words.length === 0 ? [] : [`complete -c kubeless -f ${condition} -a '${words.join(' ')}'`];
  return [...next, ...flags.map((flag) => `complete -c kubeless ${condition} ${flagOptions(flag)}`)];
}

function flagOptions({ name, short, type, choices, description }: Flag): string {
  const value = type === 'text' ? ' -r' : '';
  const list = choices === undefined ? '' : ` -f -a '${choices.join(' ')}'`;
  const letter = short === undefined ? '' : ` -s ${short}`;
  return `-l ${name}${letter}${value}${list} -d '${description.replaceAll(/['\\]/g, '\\$&')}'`;
}
