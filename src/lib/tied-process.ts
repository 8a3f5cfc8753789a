/**
 * The command line of a program that gets a signal when the process that started it dies, even by kill -9. The kernel sends it
 * from the moment on that it is asked to (prctl(2)); a parent that died before that is seen by its number, which is no more
 * the one that it was.
 */
export function tiedCommand(
  signal: 'TERM' | 'KILL',
  argv: readonly string[],
  parent: number,
): ['setpriv', ...string[]] {
  const unlessOrphaned = '[ "$PPID" = "$0" ] && exec "$@"';
  return ['setpriv', '--pdeathsig', signal, '--', 'sh', '-c', unlessOrphaned, String(parent), ...argv];
}
