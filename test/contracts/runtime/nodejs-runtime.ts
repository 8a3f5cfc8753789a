import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFlags } from '../../../scripts/images/images.ts';
import { stripTypes } from '../../../scripts/images/strip-types.ts';
import type { Runtime } from './runtime-process.ts';

const root = join(import.meta.dirname, '../../..');

export function nodejsRuntime(): Runtime {
  return {
    command: [process.execPath, ...nodeFlags, join(strippedRuntime(), 'main.js')],
    stub: (library) => ({ LD_PRELOAD: library }),
    env: { KONTAIN_ADDON: join(root, 'build/native/kontainer.node'), UV_USE_IO_URING: '0' },
    functions: join(root, 'test/fixtures/functions/nodejs'),
    suffix: '.js',
    convention: {
      exits: 'process.exit(0);',
      needs: { source: "//\nrequire('nothing_like_it');\n", dependencyFile: 'package.json' },
    },
  };
}

/**
 * The runtime of Node.js as its image has it, without types: with them each start takes twice as long. A folder of this
 * process.
 */
function strippedRuntime(): string {
  const builds = join(root, 'build/test-runtime');
  mkdirSync(builds, { recursive: true });
  const folder = mkdtempSync(join(builds, 'nodejs-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const source = join(root, 'runtimes/nodejs');
  for (const name of globSync(['!(*.test).ts', 'package.json'], { cwd: source }))
    copyFileSync(join(source, name), join(folder, name));
  stripTypes(folder);
  return folder;
}
