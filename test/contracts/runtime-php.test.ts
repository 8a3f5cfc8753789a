import { writeFiles } from './runtime/dependencies.ts';
import { php } from './runtime/languages.ts';
import { scriptingContract } from './runtime/scripting.ts';

scriptingContract('php', php, {
  answers: { everything: [200, '["process","file","socket"]'], raises_response: [403, 'not for you'] },
  otherType: 'Closure',
  mergedForm: { a: '1', b: '2' },
  threads: /started threads \(1\)/,
  dependencies: {
    what: 'packages of composer.json',
    runtime: 'php8.2',
    source: "<?php require 'vendor/autoload.php'; function handle() { return Greeting\\Text::FROM; }\n",
    dependencies: (packages) =>
      JSON.stringify({
        repositories: [{ type: 'path', url: packages, options: { symlink: false } }, { packagist: false }],
        require: { 'test/greeting': '*' },
      }),
    makePackages: makePackage,
    answer: 'from a package',
  },
});

function makePackage(folder: string): void {
  writeFiles(folder, {
    'composer.json': JSON.stringify({
      name: 'test/greeting',
      version: '1.0.0',
      autoload: { 'psr-4': { 'Greeting\\': 'src/' } },
    }),
    'src/Text.php': "<?php namespace Greeting; final class Text { const FROM = 'from a package'; }\n",
  });
}
