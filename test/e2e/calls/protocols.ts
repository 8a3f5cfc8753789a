import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { call } from '../../helpers/e2e-call.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';
import { eventually } from '../../helpers/eventually.ts';
import { repository } from '../../helpers/program.ts';

const built = (name: string): string => `oci:${join(repository, 'build/images', name)}`;

export function functionProtocols(current: CurrentPlatform): void {
  suite('a function may be', () => {
    let platform: Platform;
    before(async () => {
      platform = current();
      const { images } = platform;
      const environment = {
        file: 'environment.py',
        source: 'import os\ndef handler(event, context):\n    return dict(os.environ)\n',
      };
      await platform.kubectl.run('create', 'secret', 'generic', 'keys', '--from-literal=token=old');
      await platform.deploy({
        server: { image: built('http-server') },
        waiting: { image: built('http-server'), start: 'prewarmed' },
        moved: { image: await images.program('answers.c'), port: 9999 },
        cgi: { image: built('hello-c') },
        files: { image: await images.program('files.c'), protocol: 'kontain-files' },
        javascript: { image: built('hello-nodejs') },
        typescript: { image: built('hello-typescript') },
        environment: {
          image: await images.inlineFunction('python3.11', environment),
          env: [
            { name: 'PLAIN', value: 'plain' },
            { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
          ],
        },
      });
    });

    for (const name of ['server', 'waiting'])
      test(`an HTTP server that knows nothing of functions (${name})`, async () => {
        for (let round = 0; round < 3; round += 1) {
          const { status, text, headers } = await call(platform.url(name));
          assert.equal(status, 200);
          assert.match(text, /html/i);
          assert.match(headers['content-type'] ?? '', /text\/html/);
        }
        assert.equal((await call(platform.url(`${name}/missing`))).status, 404);
      });

    test('an HTTP server on a port of the spec, told by $PORT', async () => {
      assert.equal((await call(platform.url('moved/hello'))).text, 'hello');
    });

    test('any program that speaks CGI', async () => {
      const { text, headers } = await call(platform.url('cgi'));
      assert.deepEqual([text, headers['content-type']], ['hello world\n', 'text/plain']);
    });

    test('a program that reads a request file and writes a reply file', async () => {
      assert.equal((await call(platform.url('files'))).text, 'hello');
      const posted = await call(platform.url('files'), { method: 'POST', body: 'body' });
      assert.deepEqual([posted.status, posted.text, posted.headers['x-mine']], [201, 'seen body', 'a']);
      const old = await call(platform.url('files/text'));
      assert.deepEqual([old.status, old.text], [202, 'text']);
    });

    for (const name of ['javascript', 'typescript'])
      test(`a handler in ${name}`, async () => {
        assert.match((await call(platform.url(name))).text, /hello/);
      });

    test('told by environment variables, which follow their Secret', async () => {
      const read = async () =>
        JSON.parse((await call(platform.url('environment'))).text) as Record<string, string>;
      const { PLAIN, TOKEN } = await read();
      assert.deepEqual([PLAIN, TOKEN], ['plain', 'old']);
      const patch = JSON.stringify({ data: { token: Buffer.from('new').toString('base64') } });
      await platform.kubectl.run('patch', 'secret', 'keys', '--type=merge', '-p', patch);
      await eventually('the new value is there', async () => (await read())['TOKEN'] === 'new');
    });

    test('told nothing of the platform by its environment', async () => {
      const names = Object.keys(
        JSON.parse((await call(platform.url('environment'))).text) as Record<string, string>,
      );
      assert.deepEqual(
        names.filter((name) => /^(KONTAIN_|NODE_|KUBE)/.test(name)),
        [],
      );
    });
  });
}
