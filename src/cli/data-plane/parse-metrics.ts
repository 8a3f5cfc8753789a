/** One sample of the text format of Prometheus (exposition format 0.0.4). */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

// Lines end with \n only: a label may hold what JavaScript takes for an end as well (\r, U+2028), so `.` is any sign.
const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/s;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/gs;

/** The samples of a page; what is none is left out: comments, empty lines, garbage. */
export function parseMetrics(page: string): Sample[] {
  return page.split('\n').flatMap((line) => {
    const [, name, labels = '', value = ''] = line.startsWith('#') ? [] : (sampleLine.exec(line) ?? []);
    return name === undefined ? [] : [{ name, labels: parseLabels(labels), value: parseValue(value) }];
  });
}

function parseLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(label)].map(
    ([, name = '', value = '']) => [name, unescape(value)] as const,
  );
  return Object.fromEntries(pairs);
}

function unescape(value: string): string {
  return value.replaceAll(/\\(.)/gs, (_, sign: string) => (sign === 'n' ? '\n' : sign));
}

function parseValue(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}
