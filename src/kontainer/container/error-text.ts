import { getSystemErrorMap } from 'node:util';

/** Words for an errno that a template may have made up: any number, known or not. */
export function errnoText(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[1] ?? `error ${errno}`;
}

/** The last line of what a program printed, without the places of files on this host, as a reason for its failure. */
export function lastWords(printed: string, hostPaths: readonly string[]): string {
  const line = printed.trim().split('\n').at(-1)?.trim() ?? '';
  return hostPaths.reduce((text, path) => text.replaceAll(path, '…'), line);
}
