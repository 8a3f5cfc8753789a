import { makeGem } from '../helpers/language-packages.ts';
import { ruby } from './runtime/languages.ts';
import { scriptingContract } from './runtime/scripting.ts';

scriptingContract('ruby', ruby, {
  answers: {
    everything: [200, '["thread","process","file","timeout",{"at":1}]'],
    status_array: [202, 'sinatra'],
    raises_response: [403, 'not for you'],
  },
  otherType: 'Integer',
  mergedForm: { a: 'x y!', b: '2' },
  threads: /started threads \(.*keeper/,
  dependencies: {
    what: 'gems of the Gemfile',
    runtime: 'ruby3.1',
    source: "require 'greeting'\ndef handle(_event, _context) = Greeting.text\n",
    dependencies: (packages) => `source 'file://${packages}'\ngem 'greeting', '~> 1.0'\n`,
    makePackages: makeGem,
    answer: 'from a gem',
  },
});
