import { compiledImages } from './compiled-languages.ts';
import { scriptingImages, scriptingRuntimes } from './scripting-languages.ts';
import type { ImageRecipe } from './recipe.ts';

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** A runtime image, or a function on top of it: how the platform finds out what it can do (docs/protocol.md). */
const templateLabels = { 'io.kontain.protocol': 'http-stream', 'io.kontain.start': 'template' };

const python: ImageRecipe = {
  layers: ['debian', 'python', 'python-runtime'],
  config: {
    User: '1000',
    Env: [path, 'LANG=C.UTF-8', 'HOME=/tmp', 'PYTHONDONTWRITEBYTECODE=1', 'FUNC_RUNTIME=python3.11'],
    Entrypoint: ['/usr/bin/python3.11', '/opt/kontain/python'],
    WorkingDir: '/kubeless',
    Labels: templateLabels,
  },
};

/** Why these flags: runtimes/nodejs/README.md. */
export const nodeFlags = [
  '--single-threaded',
  '--no-maglev-osr',
  '--v8-pool-size=0',
  '--disable-sigusr1',
  '--expose-gc',
  '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
];

const nodejs: ImageRecipe = {
  layers: ['debian', 'node', 'nodejs-runtime'],
  config: {
    User: '1000',
    Env: [
      path,
      'LANG=C.UTF-8',
      'HOME=/tmp',
      'NODE_ENV=production',
      'UV_USE_IO_URING=0',
      'FUNC_RUNTIME=nodejs24',
    ],
    Entrypoint: ['/usr/local/bin/node', ...nodeFlags, '/opt/kontain/nodejs/main.js'],
    WorkingDir: '/kubeless',
    Labels: templateLabels,
  },
};

/** runtimes/cgi/prepare leaves the program there. */
const cgi: ImageRecipe = {
  layers: ['debian', 'cgi-runtime'],
  config: {
    User: '1000',
    Env: [path, 'LANG=C.UTF-8', 'HOME=/tmp', 'FUNC_RUNTIME=cgi'],
    Entrypoint: ['/kubeless/.function'],
    WorkingDir: '/kubeless',
    Labels: { 'io.kontain.protocol': 'cgi', 'io.kontain.start': 'template' },
  },
};

/** Installs the dependencies of a runtime's functions. */
function installer(layers: readonly string[]): ImageRecipe {
  return {
    layers: ['debian', ...layers],
    config: { User: '1000', Env: [path, 'LANG=C.UTF-8', 'HOME=/tmp'], WorkingDir: '/kubeless' },
  };
}

/** A container of the build Job: src/function-image-builder. */
function builder(program: string): ImageRecipe {
  return {
    layers: ['debian', 'node', 'builder-programs', 'image-builder'],
    config: {
      User: '1000',
      Env: [path, 'LANG=C.UTF-8', 'HOME=/tmp', 'NODE_ENV=production'],
      Entrypoint: ['/usr/local/bin/node', `/opt/kontain/${program}.mjs`],
      WorkingDir: '/kubeless',
    },
  };
}

const scripting = scriptingImages(path, templateLabels);

export const images: Readonly<Record<string, ImageRecipe>> = {
  'python3.11': python,
  'python3.11-build': installer(['python', 'pip']),
  'hello-python': withFunction(python, 'hello-python', 'hello', 'handler'),
  nodejs24: nodejs,
  'nodejs24-build': installer(['node', 'npm']),
  cgi,
  ...scripting,
  ...scriptingSamples(),
  ...compiledImages(path, templateLabels),
  unzip: builder('unzip'),
  'function-image-builder': builder('function-image-builder'),
  'hello-nodejs': withFunction(nodejs, 'hello-nodejs', 'hello', 'handler'),
  'hello-typescript': withFunction(nodejs, 'hello-typescript', 'hello', 'handler'),
  'hello-sh': { layers: [...cgi.layers, 'hello-sh'], config: cgi.config },
  'hello-c': {
    layers: ['hello-c'],
    config: {
      User: '1000',
      Entrypoint: ['/hello'],
      WorkingDir: '/',
      Labels: { 'io.kontain.protocol': 'cgi', 'io.kontain.start': 'template' },
    },
  },
  'http-server': {
    layers: ['busybox', 'http-server'],
    config: {
      User: '1000',
      Env: [path],
      ExposedPorts: { '8080/tcp': {} },
      Entrypoint: ['/bin/busybox', 'httpd', '-f', '-p', '8080', '-h', '/srv/www'],
      WorkingDir: '/',
    },
  },
};

function scriptingSamples(): Record<string, ImageRecipe> {
  const samples = Object.entries(scriptingRuntimes).flatMap(([language, image]) => {
    const runtime = scripting[image];
    const name = `hello-${language}`;
    return runtime === undefined ? [] : [[name, withFunction(runtime, name, 'hello', 'handler')] as const];
  });
  return Object.fromEntries(samples);
}

function withFunction(runtime: ImageRecipe, layer: string, module: string, handler: string): ImageRecipe {
  const env = [...(runtime.config.Env ?? []), `MOD_NAME=${module}`, `FUNC_HANDLER=${handler}`];
  return { layers: [...runtime.layers, layer], config: { ...runtime.config, Env: env } };
}
