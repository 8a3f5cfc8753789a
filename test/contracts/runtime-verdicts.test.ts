import { test } from 'node:test';
import * as languages from './runtime/languages.ts';
import { startRuntime } from './runtime/runtime-process.ts';
import { assertSameVerdicts } from './runtime/verdicts.ts';

test('all runtimes read a request in the same way, whatever its head and body are', async () => {
  await using stack = new AsyncDisposableStack();
  const servers = new Map<string, string | number>();
  for (const [name, language] of Object.entries(languages)) {
    const runtime = stack.use(await startRuntime(language, 'kinds.repeats', 'port'));
    servers.set(name, await runtime.address());
  }
  await assertSameVerdicts(servers);
});
