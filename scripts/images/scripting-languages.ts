import type { ImageRecipe, LayerRecipe, TreeRecipe } from './recipe.ts';

/** A runtime that is the interpreter of Debian's packages and our files, which lie as they are in the image. */
interface ScriptingLanguage {
  version: string;
  /** Debian packages, on top of the small Debian of all runtimes. */
  packages: readonly string[];
  /** Debian packages that install dependencies. */
  buildPackages: readonly string[];
  /** Interpreter and its flags. */
  command: readonly string[];
  /** Entry point in runtimes/<language>. */
  main: string;
  files: readonly string[];
  env?: readonly string[];
}

/** Extensions in C, of whatever language. */
const compiler = ['gcc', 'libc6-dev', 'make', 'git'];

const languages: Readonly<Record<string, ScriptingLanguage>> = {
  ruby: {
    version: '3.1',
    packages: ['ruby3.1'],
    buildPackages: ['bundler', 'ruby3.1-dev', ...compiler],
    command: ['/usr/bin/ruby3.1'],
    main: 'main.rb',
    files: ['*.rb', 'kontain_runtime/*.rb'],
  },
  perl: {
    version: '5.36',
    packages: ['perl', 'libffi-platypus-perl', 'libcpanel-json-xs-perl'],
    buildPackages: ['cpanminus', ...compiler],
    command: ['/usr/bin/perl'],
    main: 'main.pl',
    files: ['*.pl', 'lib/**/*.pm'],
  },
  php: {
    version: '8.2',
    packages: ['php8.2-cli', 'php8.2-curl', 'php8.2-mbstring', 'php8.2-xml'],
    buildPackages: ['composer', 'unzip', ...compiler],
    command: ['/usr/bin/php8.2'],
    main: 'main.php',
    files: ['*.php', 'src/**/*.php'],
  },
};

const entries = Object.entries(languages);

export function scriptingTrees(debian: readonly string[]): Record<string, TreeRecipe> {
  const trees = entries.flatMap(([name, { packages, buildPackages }]): [string, TreeRecipe][] => [
    [`debian-${name}`, { variant: 'full', packages: [...debian, ...packages] }],
    [`debian-${name}-build`, { variant: 'full', packages: [...debian, ...packages, ...buildPackages] }],
  ]);
  return Object.fromEntries(trees);
}

export function scriptingLayers(): Record<string, LayerRecipe> {
  return Object.fromEntries(
    entries.flatMap(([name, { files }]): [string, LayerRecipe][] => [
      [name, { kind: 'tree', tree: `debian-${name}`, base: 'debian' }],
      [`${name}-build`, { kind: 'tree', tree: `debian-${name}-build`, base: `debian-${name}` }],
      [
        `${name}-runtime`,
        {
          kind: 'files',
          files: [
            { from: `runtimes/${name}`, match: files, to: `opt/kontain/${name}` },
            { from: 'build/native/libkontainer.so', to: 'opt/kontain/lib/libkontainer.so' },
          ],
          folders: ['kubeless'],
        },
      ],
      [
        `hello-${name}`,
        { kind: 'files', files: [{ from: `samples/hello-${name}`, match: ['*'], to: 'kubeless' }] },
      ],
    ]),
  );
}

/** `<language><version>`, and `<language><version>-build`, which has a compiler for extensions. */
export function scriptingImages(path: string, labels: Record<string, string>): Record<string, ImageRecipe> {
  const images = entries.flatMap(([name, language]): [string, ImageRecipe][] => {
    const { version, command, main, env = [] } = language;
    const common = { User: '1000', WorkingDir: '/kubeless' };
    const variables = [path, 'LANG=C.UTF-8', 'HOME=/tmp'];
    return [
      [
        `${name}${version}`,
        {
          layers: ['debian', name, `${name}-runtime`],
          config: {
            ...common,
            Env: [...variables, `FUNC_RUNTIME=${name}${version}`, ...env],
            Entrypoint: [...command, `/opt/kontain/${name}/${main}`],
            Labels: labels,
          },
        },
      ],
      [
        `${name}${version}-build`,
        {
          layers: ['debian', name, `${name}-build`],
          config: { ...common, Env: variables },
          isOptional: true,
        },
      ],
    ];
  });
  return Object.fromEntries(images);
}

/** Each language's runtime image. */
export const scriptingRuntimes: Readonly<Record<string, string>> = Object.fromEntries(
  entries.map(([name, { version }]) => [name, `${name}${version}`]),
);
