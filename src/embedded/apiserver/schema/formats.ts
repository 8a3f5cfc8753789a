import { isIP, isIPv4, isIPv6 } from 'node:net';

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;
const hostname =
  /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*$/i;
const duration = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)\s*(?:ns|us|µs|ms|s|m|h|d|w)\s*)+)$/;

function isCidr(value: string): boolean {
  const [address = '', bits = '', ...rest] = value.split('/');
  const maximum = isIPv4(address) ? 32 : 128;
  return rest.length === 0 && isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= maximum;
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(time.valueOf()) && time.toISOString().startsWith(value);
}

/** Formats of strings that Kubernetes enforces (apiextensions `supportedVersionedFormats`); unknown ones are ignored. */
const stringFormats: Readonly<Record<string, (value: string) => boolean>> = {
  byte: (value) => base64.test(value),
  cidr: isCidr,
  date: isDate,
  datetime: (value) => dateTime.test(value) && !Number.isNaN(Date.parse(value)),
  duration: (value) => duration.test(value),
  email: (value) => /^[^\s@<>]+@[^\s@<>]+$/.test(value),
  hostname: (value) => hostname.test(value),
  ipv4: isIPv4,
  ipv6: isIPv6,
  mac: (value) => /^(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i.test(value),
  uri: (value) => URL.canParse(value) || value.startsWith('/'),
  uuid: (value) => uuid.test(value),
};

/** False only when the format is known and the string breaks it. `date-time` and `datetime` are the same. */
export function matchesFormat(format: string, value: string): boolean {
  const name = format.replaceAll('-', '');
  return Object.hasOwn(stringFormats, name) ? (stringFormats[name]?.(value) ?? true) : true;
}

const integerBounds: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};

export function fitsIntegerFormat(format: string, value: number): boolean {
  const bounds = integerBounds[format];
  if (!bounds || !Number.isInteger(value)) return true;
  return BigInt(value) >= bounds[0] && BigInt(value) <= bounds[1];
}
