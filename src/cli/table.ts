export interface TableOptions {
  /** Wider cells are wrapped at spaces. Default 50. */
  maxWidth?: number;
}

/** Columns padded to their widest cell and joined with a tab, as Kubeless does; cells may have several lines. */
export function formatTable(rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const maxWidth = options.maxWidth ?? 50;
  const cells = rows.map((row) =>
    row.map((cell) => cell.split('\n').flatMap((line) => wrap(line, maxWidth))),
  );
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...cells.flatMap((row) => (row[column] ?? []).map((line) => line.length))),
  );
  return cells.map((row) => formatRow(row, widths)).join('');
}

function formatRow(row: readonly (readonly string[])[], widths: readonly number[]): string {
  const height = Math.max(1, ...row.map((cell) => cell.length));
  const lines = Array.from({ length: height }, (_, line) =>
    widths
      .map((width, column) => (row[column]?.[line] ?? '').padEnd(width))
      .join('\t')
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/** At spaces; a single word may be longer. */
function wrap(line: string, maxWidth: number): string[] {
  if (line.length <= maxWidth) return [line];
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (longer.length <= maxWidth || current === '') current = longer;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}

/** What is not there is an empty cell. */
export function cells(...values: readonly (string | number | undefined)[]): string[] {
  return values.map((value) => String(value ?? ''));
}
