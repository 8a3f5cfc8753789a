import { join } from 'node:path';
import type { Runtime } from './runtime-process.ts';

const root = join(import.meta.dirname, '../../..');
const functions = (language: string) => join(root, 'test/fixtures/functions', language);
/** Where what the runtime loads is found by its path in the environment. */
const stub = (library: string) => ({ KONTAIN_LIBRARY: library });

/** Nothing in the language answers later. */
const notAsync = { isAsync: false, failures: ['fails', 'stream_fails_at_once', 'bad_header'] };

export const python: Runtime = {
  command: ['/usr/bin/python3', join(root, 'runtimes/python')],
  stub,
  env: { PYTHONDONTWRITEBYTECODE: '1' },
  functions: functions('python'),
  suffix: '.py',
  convention: {
    exits: 'import sys\nsys.exit(0)\n',
    needs: { source: '#\nimport nothing_like_it.part\n', dependencyFile: 'requirements.txt' },
  },
};

export const ruby: Runtime = {
  command: ['/usr/bin/ruby3.1', join(root, 'runtimes/ruby/main.rb')],
  stub,
  env: {},
  functions: functions('ruby'),
  suffix: '.rb',
  convention: {
    ...notAsync,
    exits: 'exit',
    needs: { source: "#\nrequire 'nothing_like_it'\n", dependencyFile: 'Gemfile' },
  },
};

export const perl: Runtime = {
  command: ['/usr/bin/perl', join(root, 'runtimes/perl/main.pl')],
  stub,
  env: {},
  functions: functions('perl'),
  suffix: '.pl',
  convention: {
    ...notAsync,
    broken: { source: '(', message: /syntax error/ },
    exits: 'exit 0;',
    needs: { source: '#\nuse nothing_like_it;\n', dependencyFile: 'cpanfile' },
  },
};

export const php: Runtime = {
  command: ['/usr/bin/php8.2', join(root, 'runtimes/php/main.php')],
  stub,
  env: {},
  functions: functions('php'),
  suffix: '.php',
  convention: {
    ...notAsync,
    broken: { source: '<?php (', message: /ParseError/ },
    exits: '<?php exit(0);',
    needs: { source: "<?php\nrequire 'nothing_like_it';\n", dependencyFile: 'composer.json' },
  },
};
