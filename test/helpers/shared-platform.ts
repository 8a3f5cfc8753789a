import { after, before } from 'node:test';
import type { Platform } from './e2e-platform.ts';

/** The platform that the suites of a file share; it is there while they run. */
export type CurrentPlatform = () => Platform;

/**
 * To be called in a suite: one platform for all suites in it. Its start takes 4 s of a processor, as much as the tests of
 * many a topic.
 */
export function sharedPlatform<T extends AsyncDisposable>(start: () => Promise<T>): () => T {
  let platform: T | undefined;
  before(async () => {
    platform = await start();
  });
  after(() => platform?.[Symbol.asyncDispose]());
  return () => {
    if (platform === undefined) throw new Error('The platform is there while tests run.');
    return platform;
  };
}
