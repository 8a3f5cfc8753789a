/** The word of `words` that somebody who wrote `word` may have meant; undefined where none is near. */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  const near = words.filter((known) => isNear(word, known));
  const [nearest] = near.sort((a, b) => distance(word, a) - distance(word, b));
  return nearest ?? words.find((known) => isBeginning(word, known) || isBeginning(known, word));
}

function isBeginning(start: string, word: string): boolean {
  return start.length >= 3 && word.startsWith(start);
}

/** One mistake in three letters is a slip of the fingers; more is another word. */
export function isNear(word: string, known: string): boolean {
  return distance(word, known) <= Math.max(1, Math.floor(Math.min(word.length, longest) / 3));
}

const longest = 32;

function distance(word: string, known: string): number {
  return editDistance(word.slice(0, 2 * longest).toLowerCase(), known.toLowerCase());
}

/** Letters that must be put in, taken out or changed: Levenshtein's distance, a row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
