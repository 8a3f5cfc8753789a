import type { InterpretedLanguage } from './interpreted-language.ts';

/** Bundler puts gems below its path as RubyGems does: `ruby/<version>`. */
const ruby: InterpretedLanguage = {
  ID: 'ruby',
  depName: 'Gemfile',
  fileNameSuffix: '.rb',
  install:
    'BUNDLE_GEMFILE=$KUBELESS_DEPS_FILE BUNDLE_PATH=$KUBELESS_INSTALL_VOLUME BUNDLE_APP_CONFIG=/tmp/.bundle BUNDLE_WITHOUT=development:test bundle install --jobs 4',
  check: '/usr/bin/ruby3.1 /opt/kontain/ruby/main.rb',
  env: { GEM_HOME: '$(KUBELESS_INSTALL_VOLUME)/ruby/3.1.0' },
};

/** cpanm puts modules below its folder: `lib/perl5`. */
const perl: InterpretedLanguage = {
  ID: 'perl',
  depName: 'cpanfile',
  fileNameSuffix: '.pl',
  install:
    'cpanm --notest --quiet --local-lib-contained $KUBELESS_INSTALL_VOLUME --cpanfile $KUBELESS_DEPS_FILE --installdeps $(dirname $KUBELESS_DEPS_FILE)',
  check: '/usr/bin/perl /opt/kontain/perl/main.pl',
  env: { PERL5LIB: '$(KUBELESS_INSTALL_VOLUME)/lib/perl5' },
};

const php: InterpretedLanguage = {
  ID: 'php',
  depName: 'composer.json',
  fileNameSuffix: '.php',
  install:
    'composer install --no-dev --no-interaction --no-progress --optimize-autoloader --working-dir=$(dirname $KUBELESS_DEPS_FILE)',
  check: '/usr/bin/php8.2 /opt/kontain/php/main.php',
  env: {},
};

/** By version. */
export const scriptingLanguages: readonly (readonly [version: string, language: InterpretedLanguage])[] = [
  ['3.1', ruby],
  ['5.36', perl],
  ['8.2', php],
];
