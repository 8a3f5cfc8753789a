import { execFileSync } from 'node:child_process';
import { writeFiles } from './runtime/dependencies.ts';
import { perl } from './runtime/languages.ts';
import { scriptingContract } from './runtime/scripting.ts';

scriptingContract('perl', perl, {
  answers: { everything: [200, '["process","file",0]'], raises_response: [403, 'not for you'] },
  otherType: 'SCALAR',
  mergedForm: { a: 'x y!', b: '2' },
  threads: /started threads \(1\)/,
  dependencies: {
    what: 'modules of the cpanfile',
    runtime: 'perl5.36',
    source: 'use Greeting; sub handle { return Greeting::text() }\n',
    dependencies: () => "requires 'Greeting', '1.0';\n",
    buildEnv: (packages) => ({ PERL_CPANM_OPT: `--mirror file://${packages} --mirror-only` }),
    makePackages: makeDistribution,
    answer: 'from CPAN',
  },
});

/** A mirror of CPAN with one distribution. */
function makeDistribution(folder: string): void {
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
