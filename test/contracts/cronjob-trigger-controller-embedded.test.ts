import { startEmbeddedApi } from '../helpers/embedded-api.ts';
import { cronJobTriggerControllerContract } from './cronjob-trigger-controller/contract.ts';

cronJobTriggerControllerContract('embedded API server', startEmbeddedApi);
