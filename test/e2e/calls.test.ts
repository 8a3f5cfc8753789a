import { suite } from 'node:test';
import { Platform } from '../helpers/e2e-platform.ts';
import { sharedPlatform } from '../helpers/shared-platform.ts';
import { basicCalls } from './calls/basics.ts';
import { observedCalls } from './calls/observed.ts';
import { functionProtocols } from './calls/protocols.ts';
import { streamedBodies } from './calls/streaming.ts';

suite('calls in embedded mode', () => {
  const current = sharedPlatform(() => Platform.start());
  // First: it counts functions.
  observedCalls(current);
  basicCalls(current);
  functionProtocols(current);
  streamedBodies(current);
});
