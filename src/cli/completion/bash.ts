import { flagWords, type Place } from './words.ts';

/** For bash 3.2 and later; needs no bash-completion package. */
export function bashCompletion(places: readonly Place[]): string {
  return `# bash completion of kubeless: . <(kubeless completion bash)
_kubeless() {
  local current=\${COMP_WORDS[COMP_CWORD]} path=kubeless word words=""
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case $word in -*) break ;; *) path="$path $word" ;; esac
  done
  while :; do
    case $path in
${places.map(branch).join('\n')}
    esac
    # A function's name is part of the path; what goes before it counts.
    [ -n "$words" ] || case $path in *" "*) path=\${path% *} && continue ;; esac
    break
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _kubeless kubeless
`;
}

function branch({ path, words, flags }: Place): string {
  return `      "${path}") words="${[...words, ...flagWords(flags)].join(' ')}" ;;`;
}
