import { suite } from 'node:test';
import { sharedPlatform } from '../helpers/shared-platform.ts';
import { sourceDeploys } from '../helpers/source-deploys.ts';
import { buildLimits } from './deploys/build-limits.ts';
import { dependencyDeploys } from './deploys/dependencies.ts';
import { privateRegistry } from './deploys/private-registry.ts';
import { scriptingDeploys } from './deploys/scripting.ts';
import { sourceKinds } from './deploys/sources.ts';

suite('deploys in embedded mode', () => {
  const current = sharedPlatform(() => sourceDeploys());
  dependencyDeploys(current);
  sourceKinds(current);
  scriptingDeploys(current);
  buildLimits(current);
  // It changes where functions' images go.
  privateRegistry(current);
});
