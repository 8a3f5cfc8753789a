import { makePackage } from '../helpers/language-packages.ts';
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
