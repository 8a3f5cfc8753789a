/** Lines of `after` that are new with `+`, of `before` that are gone with `-`, and up to `context` lines around them. */
export function lineDiff(before: string, after: string, context = 3): string[] {
  const marked = markLines(lines(before), lines(after));
  const near = (index: number): boolean =>
    marked.slice(Math.max(0, index - context), index + context + 1).some((line) => !line.startsWith(' '));
  return marked.filter((_, index) => near(index));
}

function lines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Longest common subsequence; what both begin and end with is left out of its table, which is quadratic. */
function markLines(a: readonly string[], b: readonly string[]): string[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail += 1;
  const middle = markMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const same = (list: readonly string[]): string[] => list.map((line) => ` ${line}`);
  return [...same(a.slice(0, head)), ...middle, ...same(a.slice(a.length - tail))];
}

/** A table larger than this is not worth its memory: all is gone and all is new. */
const maxCells = 4_000_000;

function markMiddle(a: readonly string[], b: readonly string[]): string[] {
  if (a.length * b.length > maxCells) return [...a.map((line) => `-${line}`), ...b.map((line) => `+${line}`)];
  const common = commonLengths(a, b);
  const result: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const step = nextStep(a[i], b[j], common(i + 1, j) >= common(i, j + 1));
    result.push(`${step}${step === '+' ? b[j] : a[i]}`);
    if (step !== '+') i += 1;
    if (step !== '-') j += 1;
  }
  return result;
}

function nextStep(old: string | undefined, fresh: string | undefined, dropOld: boolean): ' ' | '-' | '+' {
  if (old === fresh) return ' ';
  if (old === undefined) return '+';
  return fresh === undefined || dropOld ? '-' : '+';
}

/** How many lines a from i and b from j have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): (i: number, j: number) => number {
  const table = new Uint32Array((a.length + 1) * (b.length + 1));
  const at = (i: number, j: number): number => i * (b.length + 1) + j;
  const value = (i: number, j: number): number => table[at(i, j)] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      table[at(i, j)] = a[i] === b[j] ? value(i + 1, j + 1) + 1 : Math.max(value(i + 1, j), value(i, j + 1));
  return value;
}
