import { startEmbeddedApi } from '../helpers/embedded-api.ts';
import { kubelessKindsContract } from './kubeless-kinds.ts';

kubelessKindsContract('embedded API server', startEmbeddedApi);
