import { startEmbeddedApi } from '../helpers/embedded-api.ts';
import { functionControllerContract } from './function-controller.ts';

functionControllerContract('embedded API server', { start: startEmbeddedApi, hasJobController: false });
