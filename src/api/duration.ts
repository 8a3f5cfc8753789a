import { PlatformError } from '../lib/errors.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Whole seconds as Kubeless writes them, or parts with a unit as in Go and Kubernetes: `90`, `30s`, `1h30m`, `1.5s`. */
export const durationPattern = '^([0-9]+|([0-9]+([.][0-9]+)?(ms|s|m|h))+)$';

const whole = new RegExp(durationPattern);
const part = /([0-9.]+)(ms|s|m|h)/g;

/** Milliseconds, rounded up to a whole one. A number is seconds. Throws `invalid`. */
export function parseDuration(value: string | number): number {
  const ms = typeof value === 'number' ? value * 1000 : parseText(value);
  if (Number.isFinite(ms) && ms >= 0 && ms <= Number.MAX_SAFE_INTEGER) return Math.ceil(ms);
  throw new PlatformError(
    'invalid',
    `"${value}" is no duration; write seconds (30) or 500ms, 30s, 2m, 1h30m`,
  );
}

function parseText(text: string): number {
  if (!whole.test(text)) return Number.NaN;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Rounding first: 1.1 * 1000 is a little more than 1100, and must not become 1101.
  const total = [...text.matchAll(part)].reduce(
    (sum, [, n, unit = '']) => sum + Number(n) * (unitMs[unit] ?? 0),
    0,
  );
  return Number(total.toFixed(6));
}

/** The shortest text of whole units that parses to the same: `1h30m`, `500ms`, `0s`. */
export function formatDuration(ms: number): string {
  let rest = Math.ceil(ms);
  const parts: string[] = [];
  for (const unit of ['h', 'm', 's', 'ms']) {
    const size = unitMs[unit] ?? 1;
    if (rest >= size) parts.push(`${Math.floor(rest / size)}${unit}`);
    rest %= size;
  }
  return parts.join('') || '0s';
}
