import type { Function } from './function.ts';

/** What the platform tells us through the environment; the function does not see it. */
const ours = ['KONTAIN_TEMPLATE_FD', 'KONTAIN_STREAM_FD', 'KONTAIN_ADDON'];

/** The entry point of the image: loads the function, then serves it in the way that the environment asks for. */
async function main(): Promise<void> {
  const env = process.env;
  const { KONTAIN_TEMPLATE_FD: templateFd, KONTAIN_STREAM_FD: streamFd } = env;
  const addon = env['KONTAIN_ADDON'] ?? '/opt/kontain/lib/kontainer.node';
  for (const name of ours) delete env[name];
  if (process.argv[2] === '--check') return await (await import('./check.ts')).check(env);
  const bodyLimit = env['REQ_MB_LIMIT'] ? Number(env['REQ_MB_LIMIT']) * 1_048_576 : Infinity;
  if (templateFd !== undefined) await startTemplate(addon, Number(templateFd), bodyLimit);
  else if (streamFd !== undefined) await startStream(addon, Number(streamFd), bodyLimit);
  else await startServer(Number(env['PORT'] || env['FUNC_PORT'] || '8080'), bodyLimit);
}

async function startTemplate(addonPath: string, controlFd: number, bodyLimit: number): Promise<void> {
  // First of all: much of Node looks at process.stderr when it is loaded, and so creates it.
  const { replaceStandardOutput } = await import('./standard-output.ts');
  replaceStandardOutput();
  const { replaceRandomSources } = await import('./randomness.ts');
  const afterFork = replaceRandomSources();
  const { loadAddon } = await import('./addon.ts');
  const { runTemplate } = await import('./template.ts');
  const { takeGarbageCollector } = await import('./garbage.ts');
  const collectGarbage = takeGarbageCollector();
  await runTemplate(loadAddon(addonPath), controlFd, await load(), { bodyLimit, afterFork, collectGarbage });
}

async function startStream(addonPath: string, listenerFd: number, bodyLimit: number): Promise<void> {
  const { loadAddon } = await import('./addon.ts');
  const { guardEnd } = await import('./end-of-process.ts');
  const { serveOne } = await import('./serve-one.ts');
  const addon = loadAddon(addonPath);
  const target = await load();
  const watch = guardEnd(addon);
  const fd = addon.acceptOn(listenerFd);
  await serveOne(fd, target, bodyLimit, watch);
  addon.exitNow(0, fd);
}

async function startServer(port: number, bodyLimit: number): Promise<void> {
  const { servePort } = await import('./server.ts');
  servePort(port, await load(), bodyLimit);
}

async function load(): Promise<Function> {
  const { LoadError, loadFunction } = await import('./function.ts');
  try {
    return await loadFunction(process.env);
  } catch (error) {
    const { inspect } = await import('node:util');
    const summary = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const message = error instanceof LoadError ? error.message : `${summary}\n${inspect(error)}`;
    process.stderr.write(`Cannot load the function: ${message}\n`);
    return process.exit(1);
  }
}

await main();
