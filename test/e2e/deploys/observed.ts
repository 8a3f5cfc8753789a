import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../../helpers/eventually.ts';
import { repository } from '../../helpers/program.ts';
import type { SourceDeploys } from '../../helpers/source-deploys.ts';

export function observedDeploys(current: () => SourceDeploys): void {
  suite('what authors see of their functions', () => {
    let it: SourceDeploys;
    let cwd: string;
    before(async () => {
      it = current();
      cwd = await mkdtemp(join(tmpdir(), 'cli-observe-'));
    });
    after(async () => {
      await rm(cwd, { recursive: true });
    });

    async function kubeless(...args: string[]): Promise<string> {
      const env = { ...process.env, KUBECONFIG: it.instance.home.kubeconfig };
      const { stdout } = await promisify(execFile)(join(repository, 'bin/kubeless'), args, { cwd, env });
      return stdout;
    }

    test('a source is deployed, called, its lines are found by request, its calls are counted', async () => {
      const source =
        'def handler(event, context):\n    print("got", event["data"].decode())\n    return "done"\n';
      await writeFile(join(cwd, 'hello.py'), source);
      const flags = [
        '--runtime',
        'python3.11',
        '--handler',
        'hello.handler',
        '--from-file',
        'hello.py',
        '--wait',
      ];
      await kubeless('function', 'deploy', 'hello', ...flags);
      for (const word of ['one', 'two'])
        assert.equal(await kubeless('function', 'call', 'hello', '-d', word), 'done\n');
      const headers = { 'x-request-id': 'mine' };
      await fetch(it.instance.url('/default/hello'), { method: 'POST', body: 'three', headers });
      const logs = (...more: string[]) => kubeless('function', 'logs', 'hello', ...more);
      await eventually('all lines', async () => (await logs()).includes('mine got three\n'));
      assert.match(await logs(), /^\S+ got one\n\S+ got two\nmine got three\n$/);
      assert.equal(await logs('--request-id', 'mine'), 'got three\n');
      assert.match(await kubeless('function', 'top'), /^hello\s+default\s+POST\s+3\s+0\s/m);
      const build = await it.instance.kubectl.try('logs', '-n', 'kubeless', 'kontain-faas-server-embedded');
      assert.match(
        build.stderr,
        /is gone/,
        "the pod of the data plane is the supervisor's: its log is not here",
      );
    });
  });
}
