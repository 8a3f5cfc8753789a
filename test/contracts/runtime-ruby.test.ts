import { execFileSync } from 'node:child_process';
import { writeFiles } from './runtime/dependencies.ts';
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

/** A source of gems, as `gem generate_index` makes it, with one gem. */
function makeGem(folder: string): void {
  const specification = `Gem::Specification.new do |s|
    s.name = 'greeting'; s.version = '1.0.0'; s.summary = 'x'; s.authors = ['x']; s.files = ['lib/greeting.rb']
  end`;
  writeFiles(folder, {
    'greeting.gemspec': specification,
    'lib/greeting.rb': "module Greeting\n  def self.text = 'from a gem'\nend\n",
    'gems/.keep': '',
  });
  const run = (...args: string[]) => execFileSync('gem', args, { cwd: folder, stdio: 'pipe' });
  run('build', 'greeting.gemspec', '--output', 'gems/greeting-1.0.0.gem');
  run('generate_index', '--directory', folder);
}
