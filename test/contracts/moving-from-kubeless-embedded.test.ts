import { startEmbeddedApi } from '../helpers/embedded-api.ts';
import { kubectlVersions } from '../helpers/kubectl.ts';
import { movingContract } from './moving-from-kubeless.ts';

movingContract('embedded API server', startEmbeddedApi, await kubectlVersions());
