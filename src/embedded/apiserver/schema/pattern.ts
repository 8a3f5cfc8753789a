const posixClasses: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/**
 * Compiles a pattern of a CRD, written for Go's RE2, with JavaScript's engine. The two agree but for spelling:
 * `\A`, `\z`, POSIX classes and leading flags are rewritten here.
 * @throws SyntaxError when it is not a regular expression.
 */
export function compilePattern(pattern: string): RegExp {
  const leading = /^\(\?([ims]+)\)/.exec(pattern);
  const flags = leading?.[1] ?? '';
  const source = pattern
    .slice(leading?.[0].length ?? 0)
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replaceAll(/\[:(\w+):\]/g, (whole, name: string) => posixClasses[name] ?? whole);
  return new RegExp(source, flags);
}
