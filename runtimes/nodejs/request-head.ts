export const headLimitBytes = 1024 * 1024;

/** The caller's fault: `status` and the message are the answer. */
export class BadRequest extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export interface RequestHead {
  method: string;
  /** Request target: path and query as they came. */
  target: string;
  minorVersion: number;
  /** Names and values in turn, as they came (like Node's rawHeaders). */
  raw: string[];
  /** By lower-case name; repeated ones are joined (RFC 9110 §5.2). */
  fields: Record<string, string>;
}

const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.([01])$/;
// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*$/;

/** Strict (RFC 9112 §3, §5): what is ambiguous is refused, never guessed. `text` is latin-1 and ends with the empty line. */
export function parseRequestHead(text: string): RequestHead {
  const lines = text.slice(0, -4).split('\r\n');
  const line = requestLine.exec(lines[0] ?? '');
  if (line === null) throw new BadRequest('The request line is not HTTP/1.1');
  const raw = parseFields(lines, 1);
  const head = {
    method: line[1] ?? '',
    target: line[2] ?? '',
    minorVersion: Number(line[3]),
    raw,
    fields: join(raw),
  };
  checkFraming(head);
  return head;
}

/** Header or trailer lines without their ends, from line `start` on; names and values in turn. */
export function parseFields(lines: readonly string[], start: number): string[] {
  const raw: string[] = [];
  for (let index = start; index < lines.length; index++) {
    const match = field.exec(lines[index] ?? '');
    if (match === null) throw new BadRequest('A header line is malformed');
    raw.push(match[1] ?? '', match[2] ?? '');
  }
  return raw;
}

export function join(raw: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const before = fields[name];
    const separator = name === 'cookie' ? '; ' : ', ';
    fields[name] =
      before === undefined ? (raw[index + 1] ?? '') : `${before}${separator}${raw[index + 1] ?? ''}`;
  }
  return fields;
}

/** Refuses every head that two parsers could frame differently (request smuggling). */
function checkFraming(head: RequestHead): void {
  const count = (name: string) =>
    head.raw.filter((value, index) => index % 2 === 0 && value.toLowerCase() === name).length;
  const { host } = head.fields;
  if (host !== undefined && count('host') > 1) throw new BadRequest('More than one Host header');
  if (count('transfer-encoding') + count('content-length') > 1)
    throw new BadRequest('More than one header says how long the body is');
  if (head.minorVersion === 0 && 'transfer-encoding' in head.fields)
    throw new BadRequest('Transfer-Encoding needs HTTP/1.1');
}
