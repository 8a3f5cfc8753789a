import { runControllerProgram } from '../controllers/run-program.ts';
import { httpTriggerController } from '../http-trigger-controller/http-trigger-controller.ts';

const program = { name: 'http-trigger-controller', controllers: [httpTriggerController], defaultPort: 8083 };
process.exitCode = await runControllerProgram(program, process.argv.slice(2), process.env);
