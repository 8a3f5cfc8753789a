import { suite } from 'node:test';
import { Platform } from '../helpers/e2e-platform.ts';
import { sharedPlatform } from '../helpers/shared-platform.ts';
import { cgiFunctions } from './runtimes/cgi.ts';
import { goFunctions } from './runtimes/go.ts';
import { runtimeImages } from './runtimes/images.ts';
import { scriptingLanguages } from './runtimes/scripting-languages.ts';

suite('runtimes in embedded mode', () => {
  const current = sharedPlatform(() => Platform.start());
  runtimeImages(current);
  cgiFunctions(current);
  goFunctions(current);
  scriptingLanguages(current);
});
