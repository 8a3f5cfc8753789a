import { startEmbeddedApi } from '../helpers/embedded-api.ts';
import { functionControllerContract } from './function-controller/contract.ts';

functionControllerContract('embedded API server', { start: startEmbeddedApi, hasJobController: false });
