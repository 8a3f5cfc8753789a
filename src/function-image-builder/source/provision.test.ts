import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startGitDaemon } from '../../../test/helpers/git-daemon.ts';
import { freePorts } from '../../../test/helpers/free-ports.ts';
import { startRegistry } from '../../../test/helpers/image-registry.ts';
import { writeBlob, writeIndex } from '../../../test/helpers/oci-layout.ts';
import { file, tarArchive } from '../../../test/helpers/tar-archive.ts';
import { PlatformError } from '../../lib/errors.ts';
import { provision } from './provision.ts';
import { parseSourceConfig } from './source-config.ts';
import { defaultSourceLimits } from './source-limits.ts';
import { builtin } from '../../lib/builtin.ts';

const { createServer } = builtin('node:http');

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
const source = 'def handler(event, context): return "hi"\n';

function place() {
  const root = mkdtempSync(join(tmpdir(), 'provision-'));
  const output = join(root, 'kubeless');
  return {
    root,
    output,
    write: (name: string, content: string | Buffer) => {
      writeFileSync(join(root, name), content);
      return join(root, name);
    },
    text: (name: string) => readFileSync(join(output, name), 'utf8'),
    async run(args: string[], maxDownloadBytes = 1e6) {
      const config = parseSourceConfig([...args, `--output=${output}`, '--name=hello.py']);
      const skopeo = {
        insecureRegistries: config.insecureRegistries,
        architecture: 'amd64',
        copyTimeoutMs: 60_000,
        maxBlobBytes: maxDownloadBytes,
      };
      const limits = { ...defaultSourceLimits, timeoutMs: 60_000, maxDownloadBytes };
      const path = process.env['PATH'] ?? '';
      const { signal } = new AbortController();
      await provision(config, { limits, skopeo, auths: new Map(), work: root, path, fetch, signal });
      assert.ok(!readdirSync(root).some((name) => name.startsWith('.source')), 'nothing is left');
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const fails = (code: string, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof PlatformError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, pattern);
  return true;
};

test('text, base64 and archives in base64 of spec.function', async () => {
  using it = place();
  await it.run([`--file=${it.write('src', source)}`, `--checksum=sha256:${sha256(source)}`]);
  assert.equal(it.text('hello.py'), source);
  const encoded = it.write('src', `${Buffer.from(source).toString('base64')}\n`);
  await it.run([`--file=${encoded}`, '--encoding=base64', `--checksum=sha256:${sha256(source)}`]);
  assert.equal(it.text('hello.py'), source);
  const archive = gzipSync(tarArchive([file('lib/x.py', 'x')]));
  const packed = it.write('src', archive.toString('base64'));
  await it.run([`--file=${packed}`, '--encoding=base64', '--archive=compressedtar']);
  assert.equal(it.text('lib/x.py'), 'x');
  await assert.rejects(
    it.run([`--file=${it.write('src', 'a*b=')}`, '--encoding=base64']),
    fails('invalid', /base64/),
  );
});

test('a wrong checksum is refused before anything is unpacked', async () => {
  using it = place();
  const wrong = ['--checksum', `sha256:${sha256('other')}`];
  await assert.rejects(
    it.run([`--file=${it.write('src', source)}`, ...wrong]),
    fails('invalid', /not sha256:/),
  );
  assert.deepEqual(readdirSync(it.output), []);
  await assert.rejects(
    it.run([`--file=${it.write('src', source)}`, '--checksum=md5:1']),
    fails('invalid', /unknown format/),
  );
});

test('the dependency file comes beside the source or into its own folder, never through a link', async () => {
  using it = place();
  const requirements = it.write('deps', 'requests==2');
  const bystander = it.write('bystander', 'old');
  mkdirSync(it.output);
  symlinkSync(bystander, join(it.output, 'requirements.txt'));
  const args = [
    `--file=${it.write('src', source)}`,
    `--dependencies-file=${requirements}`,
    '--dependencies-name=requirements.txt',
  ];
  await it.run(args);
  assert.equal(it.text('requirements.txt'), 'requests==2');
  assert.equal(readFileSync(bystander, 'utf8'), 'old');
  await it.run([...args, `--dependencies-output=${join(it.root, 'deps-here')}`]);
  assert.equal(readFileSync(join(it.root, 'deps-here/requirements.txt'), 'utf8'), 'requests==2');
});

test('a URL is fetched, redirections followed, and its archive found by its first bytes', async () => {
  using it = place();
  await using server = await serve((request, response) => {
    if (request.headers.authorization !== undefined) response.end(request.headers.authorization);
    else if (request.url === '/moved') response.writeHead(302, { location: '/archive' }).end();
    else response.end(gzipSync(tarArchive([file('hello.py', source)])));
  });
  await it.run([`--url=${server.url}/moved`, '--archive=auto']);
  assert.equal(it.text('hello.py'), source);
  await it.run([`--url=${server.url.replace('//', '//u:p%40@')}/login`]);
  assert.equal(it.text('hello.py'), `Basic ${btoa('u:p@')}`);
});

test('what goes wrong with a URL is told, and whose matter it is', async () => {
  using it = place();
  await using server = await serve((request, response) => {
    if (request.url === '/big') response.end(Buffer.alloc(2e6));
    else if (request.url === '/endless') {
      response.on('error', () => undefined);
      const send = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536), send));
      send();
    } else if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('x', () => response.destroy());
    } else response.writeHead(request.url === '/missing' ? 404 : 500).end();
  });
  const from = (path: string): Promise<void> => it.run([`--url=${server.url}${path}`]);
  await assert.rejects(from('/missing?secret=1'), fails('not_ready', /answers 500/));
  await assert.rejects(from('/missing'), fails('invalid', /answers 404/));
  await assert.rejects(from('/big'), fails('invalid', /more than the 1000000 bytes/));
  await assert.rejects(from('/endless'), fails('invalid', /more than the 1000000 bytes/));
  await assert.rejects(from('/cut'), fails('not_ready', /cannot be reached/));
  const [port] = await freePorts(1);
  await assert.rejects(it.run([`--url=http://u:p@127.0.0.1:${port}/x`]), (error) => {
    assert.ok(error instanceof PlatformError && !/u:p/.test(error.message), 'no credentials in a status');
    return true;
  });
});

async function gitServer(root: string) {
  const repository = join(root, 'repo');
  const git = (...args: string[]): Buffer =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: repository });
  mkdirSync(join(repository, 'functions/hello'), { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  writeFileSync(join(repository, 'functions/hello/hello.py'), source);
  symlinkSync('/etc', join(repository, 'link'));
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  git('tag', 'v1');
  writeFileSync(join(repository, 'functions/hello/hello.py'), 'second');
  git('commit', '--quiet', '-am', 'two');
  return startGitDaemon(root);
}

test('a git repository: branch, tag, folder; what is missing is told', async () => {
  using it = place();
  await using git = await gitServer(it.root);
  await it.run([`--git=${git.url}`, '--git-path=functions/hello']);
  assert.equal(it.text('hello.py'), 'second');
  assert.deepEqual(readdirSync(it.output), ['hello.py']);
  await it.run([`--git=${git.url}`, '--git-ref=v1', '--git-path=functions/hello']);
  assert.equal(it.text('hello.py'), source);
  await assert.rejects(it.run([`--git=${git.url}`, '--git-ref=v9']), fails('invalid', /has no v9/));
  await assert.rejects(
    it.run([`--git=${git.url}`, '--git-path=nothing']),
    fails('invalid', /no folder nothing/),
  );
  await assert.rejects(it.run([`--git=${git.url}`, '--git-path=link']), fails('invalid', /no folder link/));
  assert.throws(() => parseSourceConfig(['--git=ext::sh -c id']), /--git must/);
  assert.throws(() => parseSourceConfig([`--git=${git.url}`, '--git-ref=--upload-pack=x']), /git-ref/);
  assert.throws(() => parseSourceConfig([`--git=${git.url}`, '--git-path=a/../../b']), /git-path/);
});

test('an OCI artifact with one layer', async () => {
  using it = place();
  await using registry = await startRegistry();
  const layout = join(it.root, 'artifact');
  const archive = gzipSync(tarArchive([file('hello.py', source)]));
  const layer = await writeBlob(layout, 'application/vnd.kontain.function.source.v1', archive);
  const config = await writeBlob(layout, 'application/vnd.oci.empty.v1+json', Buffer.from('{}'));
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = { schemaVersion: 2, mediaType: type, config, layers: [layer] };
  await writeIndex(layout, [await writeBlob(layout, type, Buffer.from(JSON.stringify(manifest)))]);
  const target = `docker://${registry.host}/ns/hello.source:1`;
  execFileSync('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', `oci:${layout}`, target]);
  await it.run([`--oci=${target}`, '--archive=auto', '--tls-verify=false']);
  assert.equal(it.text('hello.py'), source);
  await assert.rejects(
    it.run([`--oci=${target}9`, '--tls-verify=false']),
    fails('invalid', /does not exist/),
  );
});
