import { suite } from 'node:test';
import { checkingContract } from './checking.ts';
import { failuresContract } from './failures.ts';
import { loadingContract } from './loading.ts';
import { requestsContract } from './requests.ts';
import { resultsContract } from './results.ts';
import { conventionOf, startRuntime, type Runtime, type Start } from './runtime-process.ts';
import { templateContract } from './template.ts';

/** What every runtime does, however it is started. */
export function runtimeContract(name: string, runtime: Runtime): void {
  const convention = conventionOf(runtime);
  if (!convention.isCompiled) checkingContract(name, runtime);
  for (const mode of convention.modes)
    suite(`Runtime ${name}, ${mode}`, { concurrency: false }, () => {
      const start: Start = (handler, env) =>
        startRuntime(runtime, handler.includes('.') ? handler : `${convention.module}.${handler}`, mode, env);
      requestsContract(start, convention);
      resultsContract(start, convention);
      failuresContract(start, convention, mode);
      if (!convention.isCompiled) loadingContract(runtime, mode);
      if (mode === 'template') templateContract(start);
    });
}
