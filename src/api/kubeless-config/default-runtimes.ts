import { interpreted } from './interpreted-language.ts';
import type { Runtime } from './runtime-images.ts';
import { scriptingLanguages } from './scripting-languages.ts';

/** Where the images of our runtimes are, unless `runtime-registry` says something else. */
export const defaultRuntimeRegistry = 'docker.io/kontain';

/**
 * The runtimes that are there when `runtime-images` is not set. `<registry>/<runtime>` is the image that functions are put
 * on, `<registry>/<runtime>-build` has the tools that install their dependencies.
 */
export function defaultRuntimes(registry = defaultRuntimeRegistry): Runtime[] {
  const python = {
    ID: 'python',
    depName: 'requirements.txt',
    fileNameSuffix: '.py',
    check: '/usr/bin/python3.11 /opt/kontain/python',
    install:
      'pip install --no-input --disable-pip-version-check --target=$KUBELESS_INSTALL_VOLUME/lib/python3.11/site-packages -r $KUBELESS_DEPS_FILE',
    env: {
      PYTHONPATH: '$(KUBELESS_INSTALL_VOLUME)/lib/python3.11/site-packages:$(KUBELESS_INSTALL_VOLUME)',
    },
  };
  const nodejs = {
    ID: 'nodejs',
    depName: 'package.json',
    fileNameSuffix: '.js',
    check: '/usr/local/bin/node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON /opt/kontain/nodejs/main.js',
    install: 'npm install --omit=dev --no-audit --no-fund --prefix=$KUBELESS_INSTALL_VOLUME',
    env: { NODE_PATH: '$(KUBELESS_INSTALL_VOLUME)/node_modules' },
  };
  const go = { ID: 'go', depName: 'go.mod', fileNameSuffix: '.go', compile: '/opt/kontain/go/compile' };
  const java = {
    ID: 'java',
    depName: 'pom.xml',
    fileNameSuffix: '.java',
    compile: '/opt/kontain/java/compile',
  };
  return [
    interpreted(registry, '3.11', python),
    interpreted(registry, '24', nodejs),
    ...scriptingLanguages.map(([version, language]) => interpreted(registry, version, language)),
    compiled(registry, '1.19', go),
    compiled(registry, '17', java),
    cgi(registry),
  ];
}

interface Compiled {
  ID: string;
  depName: string;
  fileNameSuffix: string;
  compile: string;
}

/** Dependencies are installed by what compiles. */
function compiled(registry: string, version: string, { compile, ...language }: Compiled): Runtime {
  const name = `${language.ID}${version}`;
  const compilation = { phase: 'compilation', image: `${registry}/${name}-build`, command: compile } as const;
  const runtime = { phase: 'runtime', image: `${registry}/${name}` } as const;
  return { ...language, versions: [{ name, version, images: [compilation, runtime] }] };
}

/** A function that is a program: what is called compilation looks whether the image that runs it can do so. */
function cgi(registry: string): Runtime {
  const image = `${registry}/cgi`;
  return {
    ID: 'cgi',
    depName: '',
    fileNameSuffix: '',
    versions: [
      {
        name: 'cgi',
        version: '',
        images: [
          { phase: 'compilation', image, command: '/opt/kontain/cgi/prepare' },
          { phase: 'runtime', image },
        ],
      },
    ],
  };
}
