import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import type { RuntimeName } from '../../helpers/e2e-images.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import { imageLayout } from '../../helpers/image-layout.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';

const functions = join(import.meta.dirname, '../../fixtures/functions');
const calls = 30;
/** Samples, run by the entrypoint and user of their images, as any engine would. */
const alone = ['hello-python', 'hello-nodejs', 'hello-ruby', 'hello-perl', 'hello-php'];

/** What test/contracts/runtime can not see: the runtime images, forked in real sandboxes. */
export function runtimeImages(current: CurrentPlatform): void {
  suite('a runtime image', () => {
    let platform: Platform;
    before(async () => {
      platform = current();
      const on = (runtime: RuntimeName, file: string, handler: string) => {
        const [folder = ''] = /^[a-z]+/.exec(runtime) ?? [];
        const source = readFileSync(join(functions, folder, file), 'utf8');
        return platform.images.inlineFunction(runtime, { file, source, handler });
      };
      await platform.deploy({
        'python-numbers': { image: await on('python3.11', 'kinds.py', 'numbers') },
        'nodejs-numbers': { image: await on('nodejs24', 'kinds.js', 'numbers') },
        'ruby-numbers': { image: await on('ruby3.1', 'draws.rb', 'numbers') },
        'nodejs-everything': { image: await on('nodejs24', 'kinds.js', 'everything') },
        'perl-numbers': { image: await on('perl5.36', 'draws.pl', 'numbers') },
        'php-numbers': { image: await on('php8.2', 'draws.php', 'numbers') },
        'ruby-everything': { image: await on('ruby3.1', 'kinds.rb', 'everything') },
        'nodejs-typed': { image: await on('nodejs24', 'typed.mts', 'handler') },
        'nodejs-listening': { image: await on('nodejs24', 'listening.js', 'handler') },
        ...Object.fromEntries(
          alone.map((name) => [name, { image: `oci:${imageLayout(name)}`, protocol: 'http', start: 'cold' }]),
        ),
        'nodejs-never': { image: await on('nodejs24', 'kinds.js', 'never') },
      });
    });

    for (const name of ['python-numbers', 'nodejs-numbers', 'ruby-numbers', 'perl-numbers', 'php-numbers'])
      test(`gives no two calls the same random number: ${name}`, async () => {
        const answers = await Promise.all(Array.from({ length: calls }, () => fetch(platform.url(name))));
        const drawn = (await Promise.all(answers.map((answer) => answer.json()))) as Record<
          string,
          unknown
        >[];
        for (const source of Object.keys(drawn[0] ?? {})) {
          const different = new Set(drawn.map((numbers) => numbers[source])).size;
          assert.equal(different, source === 'pid' ? 1 : calls, source);
        }
      });

    test('runs all of Node.js in a fork: files, threads, processes, modules, sockets', async () => {
      for (let count = 0; count < 5; count++) {
        const answer = await fetch(platform.url('nodejs-everything'));
        assert.equal(await answer.text(), '[16,true,"hi\\n","imported","pong"]');
      }
    });

    test('runs all of Ruby in a fork: threads, processes, files', async () => {
      for (let count = 0; count < 5; count++) {
        const answer = await fetch(platform.url('ruby-everything'));
        assert.equal(await answer.text(), '["thread","process","file","timeout",{"at":1}]');
      }
    });

    test('runs TypeScript', async () => {
      assert.equal(await (await fetch(platform.url('nodejs-typed'))).text(), 'from TypeScript');
    });

    test('starts a function that cannot be forked from its image, for each call', async () => {
      for (let count = 0; count < 3; count++)
        assert.equal((await fetch(platform.url('nodejs-listening'))).status, 200);
    });

    for (const name of alone)
      test(`is an ordinary HTTP server on PORT where nobody forks it: ${name}`, async () => {
        assert.equal(await (await fetch(platform.url(`${name}/healthz`))).text(), 'OK');
        const answer = await fetch(platform.url(name));
        assert.equal(answer.status, 200);
        assert.match(await answer.text(), /hello/i);
      });

    test('answers for a handler that never will', async () => {
      assert.equal((await fetch(platform.url('nodejs-never'))).status, 500);
    });
  });
}
