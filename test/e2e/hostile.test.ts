import { suite } from 'node:test';
import { Platform } from '../helpers/e2e-platform.ts';
import { sharedPlatform } from '../helpers/shared-platform.ts';
import { hostileAnswers } from './hostile/answers.ts';
import { hostileImports } from './hostile/imports.ts';
import { hostileNodejsCalls } from './hostile/nodejs.ts';
import { hostilePythonCalls } from './hostile/python.ts';

suite('hostile functions in embedded mode', () => {
  const current = sharedPlatform(() => Platform.start());
  hostileAnswers(current);
  hostileNodejsCalls(current);
  // Last: they delete all functions, and look whether anything is left.
  hostileImports(current);
  hostilePythonCalls(current);
});
