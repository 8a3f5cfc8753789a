/** Name rules of k8s.io/apimachinery's validation package, with its messages: an empty list means valid. */
export type NameRule = (name: string) => string[];

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const subdomain1123 = `${label1123}(\\.${label1123})*`;

interface Pattern {
  readonly expression: string;
  readonly examples: readonly string[];
  readonly message: string;
}

/** `<message> (e.g. 'a',  or 'b', regex used for validation is '<expression>')`: the two blanks are upstream's. */
export function patternMessage({ expression, examples, message }: Pattern): string {
  const shown = examples.map((example) => `'${example}'`).join(',  or ');
  return `${message} (e.g. ${shown}, regex used for validation is '${expression}')`;
}

function rule(maximum: number, pattern: Pattern): NameRule {
  const whole = new RegExp(`^(?:${pattern.expression})$`);
  return (name) => [
    ...(name.length > maximum ? [`must be no more than ${maximum} bytes`] : []),
    ...(whole.test(name) ? [] : [patternMessage(pattern)]),
  ];
}

const simpleLabel = rule(63, {
  expression: label1123,
  examples: ['my-name', '123-abc'],
  message:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
});
const wholeSubdomain = new RegExp(`^(?:${subdomain1123})$`);

/** A valid subdomain that is no label can only have dots too many. */
export const dns1123Label: NameRule = (name) => {
  const problems = simpleLabel(name);
  const dotted = name.includes('.') && wholeSubdomain.test(name);
  return dotted ? [...problems.slice(0, -1), 'must not contain dots'] : problems;
};

export const dns1123Subdomain: NameRule = rule(253, {
  expression: subdomain1123,
  examples: ['example.com'],
  message:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
});

export const dns1035Label: NameRule = rule(63, {
  expression: label1035,
  examples: ['my-name', 'abc-123'],
  message:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
});

/** Keys of ConfigMap and Secret data. */
export const configMapKey: NameRule = (key) => [
  ...rule(253, {
    expression: '[-._a-zA-Z0-9]+',
    examples: ['key.name', 'KEY_NAME', 'key-name'],
    message: "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  })(key),
  ...(key === '.' || key === '..' ? [`must not be '${key}'`] : []),
  ...(key.startsWith('..') && key !== '..' ? ["must not start with '..'"] : []),
];

/** Custom resources may be called anything that is one path segment of a subdomain. */
export const pathSegment: NameRule = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%']
    .filter((character) => name.includes(character))
    .map((character) => `may not contain '${character}'`);
};

/** A prefix of a generated name may end in `-`: upstream masks the last dash before it checks. */
export function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}
