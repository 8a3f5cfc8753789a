import { makeDistribution } from '../helpers/language-packages.ts';
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
