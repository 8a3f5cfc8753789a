import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, suite, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { call } from '../../helpers/e2e-call.ts';
import { failed, startLoad } from '../../helpers/e2e-load.ts';
import { eventually, nextSecond } from '../../helpers/eventually.ts';
import { processesBelow } from '../../helpers/processes.ts';
import { rawExchange } from '../../helpers/raw-http.ts';
import { basic, echoOf, type TriggerPlatform } from '../../helpers/trigger-platform.ts';

export function hostileTriggers(current: () => TriggerPlatform): void {
  suite('HTTP triggers among edits, thieves and kills', () => {
    let at: TriggerPlatform;
    before(() => {
      at = current();
    });

    test('edits, more triggers and deletes under load: no call fails, and the Kontainers stay as they are', async () => {
      assert.equal((await call(at.platform.url('steady/hello'))).status, 200);
      /** Calls that had to wait for a template; counted when their Kontainer is gone. */
      const first = () =>
        eventually('the first call is counted', async () => {
          const { text } = await call(at.platform.instance.url('/metrics'));
          return /^function_calls_total.*function="steady".*start="first".*$/m.exec(text)?.[0];
        });
      const counted = await first();
      await at.trigger('steady', 'steady', { 'host-name': 'steady.example' });
      await at.reason('steady', 'Ready');
      await at.until('steady.example', '/hello', 200);
      const loads = [
        startLoad(at.platform.instance.url('/hello'), 2, { headers: { host: 'steady.example' } }),
        startLoad(at.platform.url('steady/hello'), 1),
      ];
      for (let round = 0; round < 5; round += 1) {
        await at.trigger('steady', 'steady', {
          'host-name': 'steady.example',
          'cors-enable': round % 2 === 0,
        });
        await at.trigger('more', 'steady', { 'host-name': 'more.example' });
        await at.reason('steady', 'Ready');
        await at.reason('more', 'Ready');
        await at.remove('more');
      }
      for (const load of loads) {
        const samples = await load.stop();
        assert.ok(samples.length > 20);
        assert.deepEqual(failed(samples), []);
      }
      assert.equal(await first(), counted);
      await at.until('more.example', '/hello', 404);
    });

    test('what belongs to another function is refused, and calls go on going there', async () => {
      await at.trigger('owner', 'one', { 'host-name': 'owned.example' });
      await at.reason('owner', 'Ready');
      await nextSecond();
      await at.trigger('thief', 'two', { 'host-name': 'owned.example' });
      assert.match(
        await at.reason('thief', 'Conflict'),
        /owned\.example.*taken by HTTPTrigger default\/owner/,
      );
      const own = { 'host-name': 'one.default.svc.cluster.local' };
      await at.trigger('name-thief', 'two', own);
      assert.match(await at.reason('name-thief', 'Conflict'), /belongs to function default\/one/);
      await at.trigger('path-thief', 'two', { path: 'default/one/echo' });
      assert.match(await at.reason('path-thief', 'Conflict'), /belongs to function default\/one/);
      await at.trigger('bare', 'two', {});
      await at.reason('bare', 'Ready');
      const url = await at.urlOf('bare');
      assert.equal(url, `http://two.default.127.0.0.1.nip.io:${at.platform.instance.port}/`);
      const bare = await at.until(new URL(url).host, '/', 200);
      assert.equal(echoOf(bare).who, 'two');
      assert.equal(echoOf(await call(at.platform.url('one/echo'))).who, 'one');
      await at.platform.kubectl.run(
        'patch',
        'image',
        'two',
        '--type=merge',
        '-p',
        JSON.stringify({
          spec: {
            routes: [
              { host: 'one.default' },
              { path: '/default/one' },
              { path: '/metrics' },
              { host: 'owned.example' },
              { host: 'owned.example', path: '/own' },
              { path: '/' },
            ],
          },
        }),
      );
      const caught = await at.until('h', '/anything', 200);
      assert.equal(echoOf(caught).who, 'two');
      const places = [
        ['one.default', '/x'],
        ['h', '/default/one/x'],
        ['owned.example', '/x'],
      ] as const;
      for (const [host, path] of places) {
        assert.equal(echoOf(await at.byHost(host, path)).who, 'one', host);
      }
      await at.reason('owner', 'Ready');
      assert.match((await at.byHost('h', '/metrics')).text, /# TYPE/);
      await at.platform.kubectl.run(
        'patch',
        'image',
        'two',
        '--type=merge',
        '-p',
        '{"spec":{"routes":null}}',
      );
      for (const name of ['thief', 'name-thief', 'path-thief', 'bare']) await at.remove(name);
    });

    test('no trick with the path passes a password by', async () => {
      await at.secret('admins', { auth: `ann:${hashSync('one', 4)}` });
      await at.trigger('site', 'one', { 'host-name': 'site.example' });
      await at.trigger('admin', 'one', {
        'host-name': 'site.example',
        path: 'admin',
        'basic-auth-secret': 'admins',
      });
      await at.reason('site', 'Ready');
      await at.reason('admin', 'Ready');
      await at.until('site.example', '/admin/echo', 401);
      await at.until('site.example', '/echo', 200);
      const tricks = [
        '//admin/echo',
        '/./admin/echo',
        '/x/../admin/echo',
        '/%2e/admin',
        '/x/%2E%2e/admin/echo',
        '/x/..%2fadmin',
        '/%2fadmin/echo',
        '/admin%2fecho',
        '/admin%5cecho',
        '/admin\\echo',
        '/\\admin/echo',
        '/admin;x=y/echo',
        '/admin%3bx/echo',
        '/;x/admin/echo',
        '/adm%69n/echo',
        '/%61%64%6d%69%6e',
        '/admin//echo',
        '/admin/',
        '/admin?x',
        '/echo/..;/admin',
        'http://site.example/admin/echo',
        'http://SITE.example:80//admin',
      ];
      for (const trick of tricks) {
        const answer = await rawExchange(
          at.platform.instance.port,
          `GET ${trick} HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n`,
        );
        assert.match(answer, /^HTTP\/1\.1 (400|401) /, trick);
      }
      const allowed = await at.byHost('site.example', '/admin/echo', { headers: basic('ann:one') });
      assert.equal(echoOf(allowed).path, '/echo');
    });

    test('a process for calls that is started anew knows the routes', async () => {
      const workers = () =>
        processesBelow(at.platform.instance.pid('faas-server')).filter(({ pid }) =>
          commandLine(pid).includes('faas-server-worker'),
        );
      const [victim] = workers();
      assert.ok(victim);
      process.kill(victim.pid, 'SIGKILL');
      await eventually('another one takes its place', () => {
        const now = workers().map(({ pid }) => pid);
        return now.length === 2 && !now.includes(victim.pid);
      });
      await at.until('site.example', '/hello', 200);
      for (let count = 0; count < 10; count += 1)
        assert.equal((await at.byHost('site.example', '/hello')).status, 200);
    });

    test('routes are there again after any part was killed', async () => {
      for (const part of ['faas-server', 'faas-downloader', 'controllers'])
        process.kill(at.platform.instance.pid(part), 'SIGKILL');
      await at.platform.instance.untilReady();
      await at.until('site.example', '/hello', 200);
      await at.until('site.example', '/admin/echo', 401);
      await at.remove('site');
      await at.until('site.example', '/hello', 404);
    });
  });
}

/** Empty for a process that has ended. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
