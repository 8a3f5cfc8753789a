import { bashCompletion } from './bash.ts';
import type { Place } from './words.ts';

/** zsh runs bash's function through its own bashcompinit. */
export function zshCompletion(places: readonly Place[]): string {
  return `# zsh completion of kubeless: . <(kubeless completion zsh)
autoload -Uz +X compinit && compinit
autoload -Uz +X bashcompinit && bashcompinit
${bashCompletion(places).split('\n').slice(1).join('\n')}`;
}
