import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuildRecord } from '../api/function-status.ts';
import { rolledBackTo, withBuild } from './build-history.ts';

const digestOf = (n: number) => `sha256:${String(n).repeat(64).slice(0, 64)}`;
const build = (n: number): BuildRecord => ({
  digest: digestOf(n),
  image: `docker://a@${digestOf(n)}`,
  signature: `s${n}`,
  time: '2026-01-01T00:00:00Z',
});
const numbers = (builds: readonly BuildRecord[]) => builds.map(({ signature }) => Number(signature.slice(1)));

test('the latest first, each once, as many as fit, and never without what is served', () => {
  const builds = [build(3), build(2), build(1)];
  assert.deepEqual(numbers(withBuild(builds, build(4), {}).builds), [4, 3, 2, 1]);
  assert.deepEqual(numbers(withBuild(builds, build(2), {}).builds), [2, 3, 1]);
  const { builds: kept, dropped } = withBuild(builds, build(4), { limit: 1, served: digestOf(1) });
  assert.deepEqual([numbers(kept), numbers(dropped)], [[4, 3, 1], [2]]);
});

test('a rollback holds for its source, or until it is removed', () => {
  const builds = [build(2), build(1)];
  const digest = digestOf(1);
  assert.equal(rolledBackTo({}, builds, 'a'), undefined);
  assert.equal(rolledBackTo({ rollback: { digest } }, builds, 'a'), builds[1]);
  assert.equal(rolledBackTo({ rollback: { digest, insteadOf: 'a' } }, builds, 'a'), builds[1]);
  assert.equal(rolledBackTo({ rollback: { digest, insteadOf: 'a' } }, builds, 'b'), undefined);
  assert.throws(() => rolledBackTo({ rollback: { digest: digestOf(9) } }, builds, 'a'), {
    reason: 'UnknownBuild',
  });
});
