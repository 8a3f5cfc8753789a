import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A source of gems, as `gem generate_index` makes it, with one gem. */
export function makeGem(folder: string): void {
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

/** A mirror of CPAN with one distribution. */
export function makeDistribution(folder: string): void {
  const index = 'File: 02packages.details.txt\n\nGreeting 1.0 A/AA/AAA/Greeting-1.0.tar.gz\n';
  writeFiles(folder, {
    'Greeting-1.0/Makefile.PL':
      "use ExtUtils::MakeMaker; WriteMakefile(NAME => 'Greeting', VERSION => '1.0');\n",
    'Greeting-1.0/lib/Greeting.pm': "package Greeting;\nour $VERSION = '1.0';\nsub text { 'from CPAN' } 1;\n",
    'modules/02packages.details.txt': index,
    'authors/id/A/AA/AAA/.keep': '',
  });
  const tar = 'authors/id/A/AA/AAA/Greeting-1.0.tar.gz';
  execFileSync('tar', ['-czf', tar, 'Greeting-1.0'], { cwd: folder });
  execFileSync('gzip', ['modules/02packages.details.txt'], { cwd: folder });
}

export function makePackage(folder: string): void {
  writeFiles(folder, {
    'composer.json': JSON.stringify({
      name: 'test/greeting',
      version: '1.0.0',
      autoload: { 'psr-4': { 'Greeting\\': 'src/' } },
    }),
    'src/Text.php': "<?php namespace Greeting; final class Text { const FROM = 'from a package'; }\n",
  });
}

/** Writes files, with their folders. */
function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
