import { runControllerProgram } from '../controllers/run-program.ts';
import { cronJobTriggerController } from '../cronjob-trigger-controller/cronjob-trigger-controller.ts';

const name = 'cronjob-trigger-controller';
const program = { name, controllers: [cronJobTriggerController], defaultPort: 8084 };
process.exitCode = await runControllerProgram(program, process.argv.slice(2), process.env);
