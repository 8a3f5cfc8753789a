import type { ControllerFactory } from '../controllers/controller.ts';
import { runControllerProgram } from '../controllers/run-program.ts';
import { cronJobTriggerController } from '../cronjob-trigger-controller/cronjob-trigger-controller.ts';
import { functionController } from '../function-controller/function-controller.ts';
import { httpTriggerController } from '../http-trigger-controller/http-trigger-controller.ts';

/** All controllers in one process, as embedded mode and a small cluster have them: one line each. */
const controllers: readonly ControllerFactory[] = [
  functionController,
  httpTriggerController,
  cronJobTriggerController,
];

const program = { name: 'controllers', controllers, defaultPort: 8082 };
process.exitCode = await runControllerProgram(program, process.argv.slice(2), process.env);
