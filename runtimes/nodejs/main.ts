import { inspect } from 'node:util';
import { loadAddon } from './addon.ts';
import { LoadError, loadFunction, type Function } from './function.ts';
import { servePort } from './server.ts';

/** The entry point of the image: loads the function, then serves it in the way that the environment asks for. */
async function main(): Promise<void> {
  const env = process.env;
  const { KONTAIN_TEMPLATE_FD: templateFd, KONTAIN_STREAM_FD: streamFd } = env;
  const addonPath = env['KONTAIN_ADDON'] ?? '/opt/kontain/lib/kontainer.node';
  for (const name of ['KONTAIN_TEMPLATE_FD', 'KONTAIN_STREAM_FD', 'KONTAIN_ADDON']) delete env[name];
  const bodyLimit = env['REQ_MB_LIMIT'] ? Number(env['REQ_MB_LIMIT']) * 1_048_576 : Infinity;
  if (templateFd !== undefined) {
    const { replaceRandomSources } = await import('./randomness.ts');
    const { replaceStandardOutput } = await import('./standard-output.ts');
    const { runTemplate } = await import('./template.ts');
    const afterFork = replaceRandomSources();
    replaceStandardOutput();
    const addon = loadAddon(addonPath);
    await runTemplate(addon, Number(templateFd), await load(), { bodyLimit, afterFork });
  } else if (streamFd !== undefined) {
    const { serveOne } = await import('./serve-one.ts');
    const addon = loadAddon(addonPath);
    const target = await load();
    await serveOne(addon, () => addon.acceptOn(Number(streamFd)), target, bodyLimit);
  } else servePort(Number(env['PORT'] || env['FUNC_PORT'] || '8080'), await load(), bodyLimit);
}

async function load(): Promise<Function> {
  try {
    return await loadFunction(process.env);
  } catch (error) {
    const summary = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const message = error instanceof LoadError ? error.message : `${summary}\n${inspect(error)}`;
    process.stderr.write(`Cannot load the function: ${message}\n`);
    return process.exit(1);
  }
}

await main();
