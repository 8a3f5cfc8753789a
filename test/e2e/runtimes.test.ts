import { suite } from 'node:test';
import { sharedPlatform } from '../helpers/shared-platform.ts';
import { cgiFunctions } from './runtimes/cgi.ts';
import { goFunctions } from './runtimes/go.ts';
import { runtimeImages } from './runtimes/images.ts';

suite('runtimes in embedded mode', () => {
  const current = sharedPlatform();
  runtimeImages(current);
  cgiFunctions(current);
  goFunctions(current);
});
