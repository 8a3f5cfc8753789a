import { startEmbeddedApi } from '../helpers/embedded-api.ts';
import { httpTriggerControllerContract } from './http-trigger-controller/contract.ts';

httpTriggerControllerContract('embedded API server', startEmbeddedApi);
