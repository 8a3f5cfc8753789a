import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { readAuthFiles } from '../../../src/oci/registry-auth.ts';
import { repository } from '../../helpers/program.ts';
import { greetWheel } from '../../helpers/python-wheel.ts';
import { serve } from '../../helpers/serve.ts';
import type { SourceDeploys } from '../../helpers/source-deploys.ts';
import { onTerminal } from '../../helpers/terminal.ts';

const wheel = greetWheel();

/** Path of a package → its content. What they install on needs no registry. */
function packages(): Map<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'kontain-packages-'));
  try {
    mkdirSync(join(folder, 'package'));
    writeFileSync(join(folder, 'package/package.json'), '{"name": "greet", "version": "1.0.0"}');
    writeFileSync(join(folder, 'package/index.js'), "module.exports = () => 'from the package';\n");
    execFileSync('tar', ['-czf', join(folder, 'greet.tgz'), '-C', folder, 'package']);
    return new Map([
      [`/${wheel.name}`, wheel.content],
      ['/greet.tgz', readFileSync(join(folder, 'greet.tgz'))],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const pythonSource = 'import greet\n\ndef handler(event, context):\n    return greet.greet()\n';
const nodeSource = "const greet = require('greet');\nexports.handler = () => greet();\n";

export function dependencyDeploys(current: () => SourceDeploys): void {
  suite('dependencies are installed by the build, in embedded mode', () => {
    let it: SourceDeploys;
    before(async () => {
      it = current();
    });

    async function deploy(name: string, runtime: string, source: [string, string], dependencies: string) {
      const from = await it.file(...source);
      const file = await it.file(`${name}-dependencies`, dependencies);
      const flags = ['--runtime', runtime, '--handler', `${name}.handler`, '--from-file', from];
      return it.kubeless('function', 'deploy', name, ...flags, '--dependencies', file, '--wait');
    }

    /** An edit takes the installed dependencies over, and is loaded with them before it is served. */
    async function assertEdited(name: string, file: string, source: string): Promise<void> {
      const mended = await it.file(file, `${source}\n`);
      const edited = await it.kubeless('function', 'update', name, '--from-file', mended, '--wait');
      assert.equal(edited.exit, 0, edited.stderr);
      assert.match((await it.call(name)).body, /^from the/);
      const wrong = await it.file(file, source.replaceAll('handler', 'renamed'));
      const refused = await it.kubeless('function', 'update', name, '--from-file', wrong, '--wait');
      assert.match(refused.stderr, /LoadFailed: .*no function 'handler'.*renamed/);
      assert.match((await it.call(name)).body, /^from the/);
    }

    test('pip installs requirements.txt', async () => {
      const files = packages();
      await using server = await serve(({ url = '' }) => files.get(url), {}, it.sourcePort);
      const requirement = `greet @ ${server.url}/${wheel.name}
`;
      const { exit, stderr } = await deploy('piped', 'python3.11', ['piped.py', pythonSource], requirement);
      assert.equal(exit, 0, stderr);
      assert.doesNotMatch(stderr, /Building|install/, 'a pipe sees how it ended');
      assert.deepEqual(await it.call('piped'), { status: 200, body: 'from the wheel' });
      await assertEdited('piped', 'piped.py', pythonSource);
    });

    test('npm installs package.json', async () => {
      const files = packages();
      await using server = await serve(({ url = '' }) => files.get(url), {}, it.sourcePort);
      const manifest = await it.file(
        'package.json',
        JSON.stringify({ dependencies: { greet: `${server.url}/greet.tgz` } }),
      );
      const from = await it.file('npmed.js', nodeSource);
      const flags = ['--runtime', 'nodejs24', '--handler', 'npmed.handler', '--from-file', from];
      const argv = ['function', 'deploy', 'npmed', ...flags, '--dependencies', manifest, '--wait'];
      const env = { ...process.env, KUBECONFIG: it.instance.home.kubeconfig };
      const { exit, screen } = await onTerminal([join(repository, 'bin/kubeless'), ...argv], { env });
      assert.equal(exit, 0, screen);
      assert.match(screen, /^Building: /m);
      assert.match(
        screen,
        /install \| added 1 package.*[^]*\nPulling: /,
        'a terminal sees what is printed meanwhile',
      );
      assert.match(screen, /\nFunction npmed is ready after [\d.]+ s\n$/);
      assert.deepEqual(await it.call('npmed'), { status: 200, body: 'from the package' });
      await assertEdited('npmed', 'npmed.js', nodeSource);
    });

    test('what does not resolve is a failure with the words of the installer', async () => {
      await using server = await serve(() => undefined, {}, it.sourcePort);
      const requirement = `missing @ ${server.url}/missing-1.0-py3-none-any.whl\n`;
      const { exit, stderr } = await deploy('unmet', 'python3.11', ['unmet.py', pythonSource], requirement);
      assert.notEqual(exit, 0);
      assert.match(stderr, /DependenciesFailed/);
      assert.match(stderr, /404/);
    });

    test('an install script finds nothing of the platform: no port, no login, no file', async () => {
      const read = (path: string): number => Number(readFileSync(path, 'utf8'));
      const { home } = it.instance;
      const platform = [read(home.registryPort), read(home.apiPort), it.instance.port];
      const hosts = ['127.0.0.1', '10.0.2.2', '10.0.2.3', ...machineAddresses()];
      const places = hosts.flatMap((host) => platform.map((each): [string, number] => [host, each]));
      const paths = [
        home.registryAuth,
        home.kubeconfig,
        `${home.registry}/htpasswd`,
        '/docker/.dockerconfigjson',
      ];
      const spy = spyPackage([...places, ['127.0.0.1', it.sourcePort]], paths);
      await using server = await serve(
        ({ url = '' }) => (url === '/spy.tgz' ? spy : undefined),
        {},
        it.sourcePort,
      );
      const manifest = JSON.stringify({ dependencies: { spy: `${server.url}/spy.tgz` } });
      const source = "const found = require('spy/found.json');\nexports.handler = () => found;\n";
      const { exit, stderr } = await deploy('spied', 'nodejs24', ['spied.js', source], manifest);
      assert.equal(exit, 0, stderr);
      const found = JSON.parse((await it.call('spied')).body) as {
        reached: string[];
        files: string[];
        env: string;
      };
      assert.deepEqual(found.reached, [`127.0.0.1:${it.sourcePort}`], 'what is permitted, and nothing else');
      assert.deepEqual(new Set(found.files), new Set(['ENOENT']));
      const [auth = ''] = (await readAuthFiles(home.registryAuth)).values();
      assert.ok(!found.env.includes(auth));
    });
  });
}

function machineAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.flatMap(({ family, internal, address }) => (family === 'IPv4' && !internal ? [address] : []));
}

/** Writes what it can reach and read when it is installed. */
const spyScript = `
const { writeFileSync, readFileSync } = require('fs');
const { places, paths } = require('./wanted.json');
const reach = ([host, port]) => new Promise((resolve) => {
  const socket = require('net').connect({ host, port, timeout: 5000 });
  const end = (reached) => { socket.destroy(); resolve(reached ? [host + ':' + port] : []); };
  socket.on('connect', () => end(true)).on('error', () => end(false)).on('timeout', () => end(false));
});
const read = (path) => { try { return readFileSync(path, 'utf8'); } catch (error) { return error.code; } };
Promise.all(places.map(reach)).then((all) => writeFileSync('found.json', JSON.stringify({
  reached: all.flat(), files: paths.map(read), env: JSON.stringify(process.env),
})));
`;

function spyPackage(places: readonly (readonly [string, number])[], paths: readonly string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'kontain-packages-'));
  try {
    mkdirSync(join(folder, 'package'));
    const manifest = { name: 'spy', version: '1.0.0', scripts: { postinstall: 'node spy.js' } };
    writeFileSync(join(folder, 'package/package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'package/wanted.json'), JSON.stringify({ places, paths }));
    writeFileSync(join(folder, 'package/spy.js'), spyScript);
    execFileSync('tar', ['-czf', join(folder, 'spy.tgz'), '-C', folder, 'package']);
    return readFileSync(join(folder, 'spy.tgz'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
