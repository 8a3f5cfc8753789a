import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../../test/helpers/manual-clock.ts';
import { sharedPage } from './shared-page.ts';

test('a page is made once for all who ask meanwhile, and for ten times as long as that took', async () => {
  const clock = new ManualClock();
  let made = 0;
  const page = sharedPage(async () => {
    await clock.sleep(500);
    made += 1;
    return `page ${made}`;
  }, clock);
  const asked = [page(), page(), page()];
  await clock.advance(500);
  assert.deepEqual(await Promise.all(asked), ['page 1', 'page 1', 'page 1']);
  await clock.advance(4999);
  assert.equal(await page(), 'page 1');
  await clock.advance(1);
  const later = page();
  await clock.advance(500);
  assert.equal(await later, 'page 2');
});

test('one that took no time is made anew, and so is one that failed', async () => {
  const clock = new ManualClock();
  let made = 0;
  const page = sharedPage(async () => {
    made += 1;
    if (made === 1) throw new Error('not yet');
    return Promise.resolve(`page ${made}`);
  }, clock);
  await assert.rejects(page(), /not yet/);
  assert.equal(await page(), 'page 2');
  assert.equal(await page(), 'page 3');
});
