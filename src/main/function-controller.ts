import { runControllerProgram } from '../controllers/run-program.ts';
import { functionController } from '../function-controller/function-controller.ts';

const program = { name: 'function-controller', controllers: [functionController], defaultPort: 8082 };
process.exitCode = await runControllerProgram(program, process.argv.slice(2), process.env);
