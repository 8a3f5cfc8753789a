import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '../lib/errors.ts';
import { parseBuilderConfig } from './builder-config.ts';

const machine = { arch: 'x64', exists: (path: string) => path === '/docker/.dockerconfigjson' };
const needed = ['--runtime-image=docker://r:5000/base:1', '--image=docker://r:5000/ns/fn:sig'];
const parse = (args: string[], env: Record<string, string> = {}) => parseBuilderConfig(args, env, machine);

test('arguments become a request', () => {
  const more = ['--env', 'A=b=c', '--env', 'EMPTY=', '--label', 'l=1', '--dependencies', '/deps'];
  const { request, authFile, architecture } = parse([...needed, ...more], {
    DOCKER_CONFIG_FOLDER: '/docker',
  });
  assert.deepEqual(request.changes, { env: { A: 'b=c', EMPTY: '' }, labels: { l: '1' } });
  assert.deepEqual(request.dependencies, { folder: '/deps', target: null });
  assert.equal(request.target.tag, 'sig');
  assert.equal(authFile, '/docker/.dockerconfigjson', 'a mounted Secret');
  assert.equal(architecture, 'amd64');
});

test('dependencies are a folder to pack, or an image that has them', () => {
  const image = parse([...needed, '--dependencies-image=docker://q:1/ns/deps:1', '--tls-verify=false']);
  assert.ok(image.request.dependencies !== null && 'image' in image.request.dependencies);
  assert.deepEqual(image.insecureRegistries, ['r:5000', 'r:5000', 'q:1']);
  assert.deepEqual(parse(needed).insecureRegistries, []);
});

test('what cannot be meant is refused with the usage', () => {
  const bad = [
    [],
    needed.slice(1),
    [...needed, '--env', 'novalue'],
    [...needed, '--label', '=x'],
    [...needed, '--path', '/a|b'],
    [...needed, '--path', '/../etc'],
    [...needed, '--unknown'],
    [...needed, '--image', 'oci:/layout'],
  ];
  for (const args of bad)
    assert.throws(
      () => parse(args),
      (error) => error instanceof PlatformError && error.code === 'bad_request',
      args.join(' '),
    );
});
