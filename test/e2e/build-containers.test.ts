import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildMachine } from '../helpers/build-machine.ts';
import { startRegistry } from '../helpers/image-registry.ts';
import { repository } from '../helpers/program.ts';

test('the images of the build containers make an image of a source, unprivileged', async () => {
  using it = await buildMachine();
  await using registry = await startRegistry();
  const base = `docker://${registry.host}/kontain/python3.11:latest`;
  const layout = `oci:${join(repository, 'build/images/python3.11')}:latest`;
  execFileSync('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', layout, base]);
  writeFileSync(join(it.volume('source'), 'function'), 'def handler(event, context): return "hi"\n');
  const mounts = [
    { source: join(it.root, 'source'), path: '/src', readOnly: true },
    { source: it.volume('function'), path: '/kubeless', readOnly: false },
  ];
  const unpacked = await it.run('unzip', ['--file=/src/function', '--name=hello.py'], mounts);
  assert.equal(unpacked.exitCode, 0, unpacked.log);
  const target = `docker://${registry.host}/ns/hello:sig`;
  const args = [`--runtime-image=${base}`, `--image=${target}`, '--env=MOD_NAME=hello', '--tls-verify=false'];
  const built = await it.run('function-image-builder', args, mounts);
  assert.equal(built.exitCode, 0, built.log);
  const { digest } = JSON.parse(built.message) as { digest: string };
  const pushed = execFileSync('skopeo', ['inspect', '--tls-verify=false', '--format={{.Digest}}', target]);
  assert.equal(pushed.toString().trim(), digest);
  const wrong = await it.run('unzip', ['--file=/src/function', '--archive=zip'], mounts);
  assert.equal(wrong.exitCode, 2, 'only the author can help');
  assert.match(wrong.message, /zip archive is damaged/);
});
