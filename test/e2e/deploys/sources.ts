import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { functionResource } from '../../../src/api/function.ts';
import { startGitDaemon } from '../../helpers/git-daemon.ts';
import { repository } from '../../helpers/program.ts';
import { greetWheel } from '../../helpers/python-wheel.ts';
import { serve } from '../../helpers/serve.ts';
import type { SourceDeploys } from '../../helpers/source-deploys.ts';

const answerOf = (text: string) => `TEXT = ${JSON.stringify(text)}\n`;
const main = 'from part import TEXT\n\ndef handler(event, context):\n    return TEXT\n';

/** Each way to bring a source, unpacked by the build's own image and called. */
export function sourceKinds(current: () => SourceDeploys): void {
  suite('sources of all kinds', { concurrency: false }, () => {
    let it: SourceDeploys;
    let folder: string;
    before(async () => {
      it = current();
      folder = mkdtempSync(join(tmpdir(), 'kontain-sources-'));
    });
    after(async () => {
      rmSync(folder, { recursive: true });
    });

    const flags = ['--runtime', 'python3.11', '--handler', 'main.handler'];

    /** A folder with two modules, packed. */
    function pack(name: string, ...command: string[]): string {
      const source = join(folder, `${name}-source`);
      mkdirSync(source);
      writeFileSync(join(source, 'main.py'), main);
      writeFileSync(join(source, 'part.py'), answerOf(name));
      execFileSync(command[0] ?? '', [...command.slice(1), join(folder, name), 'main.py', 'part.py'], {
        cwd: source,
      });
      return join(folder, name);
    }

    async function assertDeployed(name: string, more: string[], answer: string): Promise<void> {
      const { exit, stderr } = await it.kubeless('function', 'deploy', name, ...more, '--wait');
      assert.equal(exit, 0, stderr);
      assert.deepEqual(await it.call(name), { status: 200, body: answer });
    }

    for (const [suffix, ...command] of [
      ['zip', 'python3', '-m', 'zipfile', '-c'],
      ['tar.gz', 'tar', '-czf'],
      ['tar.bz2', 'tar', '-cjf'],
      ['tar.xz', 'tar', '-cJf'],
    ] as const)
      test(suffix, async () => {
        const file = `by.${suffix}`;
        await assertDeployed(
          `by-${suffix.replaceAll('.', '-')}`,
          [...flags, '--from-file', pack(file, ...command)],
          file,
        );
      });

    test('an archive at a URL, with its checksum', async () => {
      const archive = readFileSync(pack('url.tar.gz', 'tar', '-czf'));
      await using server = await serve(
        ({ url }) => (url === '/url.tar.gz' ? archive : undefined),
        {},
        it.sourcePort,
      );
      await assertDeployed('by-url', [...flags, '--from-file', `${server.url}/url.tar.gz`], 'url.tar.gz');
    });

    test('a folder of a git repository, at a tag', async () => {
      const repo = join(folder, 'repo');
      mkdirSync(join(repo, 'functions/one'), { recursive: true });
      writeFileSync(join(repo, 'functions/one/main.py'), main);
      writeFileSync(join(repo, 'functions/one/part.py'), answerOf('from git'));
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: repo });
      git('init', '--quiet');
      git('add', '.');
      git('commit', '--quiet', '-m', 'one');
      git('tag', 'v1');
      await using daemon = await startGitDaemon(folder, it.sourcePort);
      const spec = {
        runtime: 'python3.11',
        handler: 'main.handler',
        source: { git: { url: daemon.url, ref: 'v1', path: 'functions/one' } },
      };
      const metadata = { namespace: 'default', name: 'by-git' };
      await it.client.create(functionResource, {
        apiVersion: 'kubeless.io/v1beta1',
        kind: 'Function',
        metadata,
        spec,
      });
      await it.until('by-git', 'Ready');
      assert.deepEqual(await it.call('by-git'), { status: 200, body: 'from git' });
    });

    test('an archive that brings its dependency file', async () => {
      const { name, content } = greetWheel();
      await using server = await serve(
        ({ url }) => (url === `/${name}` ? content : undefined),
        {},
        it.sourcePort,
      );
      const source = join(folder, 'deps');
      mkdirSync(source);
      writeFileSync(
        join(source, 'main.py'),
        'import greet\n\ndef handler(event, context):\n    return greet.greet()\n',
      );
      writeFileSync(join(source, 'requirements.txt'), `greet @ ${server.url}/${name}\n`);
      const tar = execFileSync('tar', ['-cz', 'main.py', 'requirements.txt'], { cwd: source });
      const metadata = { namespace: 'default', name: 'by-deps' };
      await it.client.create(functionResource, {
        apiVersion: 'kubeless.io/v1beta1',
        kind: 'Function',
        metadata,
        spec: {
          runtime: 'python3.11',
          handler: 'main.handler',
          function: tar.toString('base64'),
          'function-content-type': 'base64+compressedtar+deps',
        },
      });
      await it.until('by-deps', 'Ready');
      assert.deepEqual(await it.call('by-deps'), { status: 200, body: 'from the wheel' });
    });

    test('an image of one’s own in place of a source, and below one', async () => {
      const image = `oci:${join(repository, 'build/images/http-server')}`;
      const own = ['--runtime', 'custom', '--handler', 'a.b', '--runtime-image', image];
      const { exit, stderr } = await it.kubeless('function', 'deploy', 'own-image', ...own, '--wait');
      assert.equal(exit, 0, stderr);
      assert.equal((await it.call('own-image')).status, 200);
      const port = readFileSync(it.instance.home.registryPort, 'utf8').trim();
      const below = `docker://127.0.0.1:${port}/kontain/python3.11`;
      const file = pack('below.zip', 'python3', '-m', 'zipfile', '-c');
      await assertDeployed('below', [...flags, '--runtime-image', below, '--from-file', file], 'below.zip');
    });
  });
}
