import { suite } from 'node:test';
import { sharedPlatform } from '../helpers/shared-platform.ts';
import { sourceDeploys } from '../helpers/source-deploys.ts';
import { buildLimits } from './deploys/build-limits.ts';
import { compiledDeploys } from './deploys/compiled.ts';
import { dependencyDeploys } from './deploys/dependencies.ts';
import { filesOfSecrets } from './deploys/files.ts';
import { observedDeploys } from './deploys/observed.ts';
import { privateRegistry } from './deploys/private-registry.ts';
import { scriptingDeploys } from './deploys/scripting.ts';
import { sourceKinds } from './deploys/sources.ts';

suite('deploys in embedded mode', () => {
  const current = sharedPlatform(() => sourceDeploys());
  dependencyDeploys(current);
  sourceKinds(current);
  scriptingDeploys(current);
  buildLimits(current);
  compiledDeploys(current);
  filesOfSecrets(current);
  observedDeploys(current);
  // It changes where functions' images go.
  privateRegistry(current);
});
