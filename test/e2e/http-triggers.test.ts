import { suite } from 'node:test';
import { sharedPlatform } from '../helpers/shared-platform.ts';
import { TriggerPlatform } from '../helpers/trigger-platform.ts';
import { hostileTriggers } from './http-triggers/hostile.ts';
import { servedTriggers } from './http-triggers/served.ts';

suite('HTTP triggers in embedded mode', () => {
  const current = sharedPlatform(() => TriggerPlatform.start());
  servedTriggers(current);
  // Last: it kills what serves.
  hostileTriggers(current);
});
