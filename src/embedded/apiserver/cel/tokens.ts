export interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'operator' | 'end';
  readonly text: string;
  /** What a literal stands for. */
  readonly value?: string | number;
  readonly at: number;
}

const patterns: readonly (readonly [Token['kind'] | 'blank', RegExp])[] = [
  ['blank', /(?:\s+|\/\/[^\n]*)/y],
  ['string', /[rR]?(?:"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/y],
  ['number', /(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)u?/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['operator', /(?:&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()[\]{}])/y],
];

/** @throws SyntaxError with the place of the first character that belongs to no token. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at);
    if (token.kind !== 'blank') tokens.push({ kind: token.kind, text: token.text, at, ...literal(token) });
    at += token.text.length;
  }
  return [...tokens, { kind: 'end', text: 'end of the rule', at: text.length }];
}

function tokenAt(text: string, at: number): { kind: Token['kind'] | 'blank'; text: string } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { kind, text: match[0] };
  }
  throw new SyntaxError(`unexpected ${JSON.stringify(text[at])} at ${at}`);
}

function literal({ kind, text }: { kind: string; text: string }): { value?: string | number } {
  if (kind === 'number') return { value: Number(text.replace(/u$/, '')) };
  return kind === 'string' ? { value: unquote(text) } : {};
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
};

function unquote(text: string): string {
  const raw = /^[rR]/.test(text);
  const quoted = raw ? text.slice(1) : text;
  const width = quoted.startsWith('"""') || quoted.startsWith("'''") ? 3 : 1;
  const inner = quoted.slice(width, -width);
  return raw ? inner : inner.replaceAll(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g, unescape);
}

function unescape(_: string, unicode?: string, hex?: string, character = ''): string {
  const code = unicode ?? hex;
  return code === undefined
    ? (escapes[character] ?? character)
    : String.fromCodePoint(Number.parseInt(code, 16));
}
