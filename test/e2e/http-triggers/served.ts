import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, suite, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { call, json } from '../../helpers/e2e-call.ts';
import { eventually } from '../../helpers/eventually.ts';
import { makeCertificate } from '../../helpers/test-certificates.ts';
import { tlsCall } from '../../helpers/tls-call.ts';
import { basic, echoOf, type Echo, type TriggerPlatform } from '../../helpers/trigger-platform.ts';

export function servedTriggers(current: () => TriggerPlatform): void {
  suite('HTTP triggers, with no Ingress controller', () => {
    let at: TriggerPlatform;
    before(() => {
      at = current();
    });

    test('host and path lead to a function, which sees the rest and what the prefix was', async () => {
      await at.trigger('plain', 'one', { 'host-name': 'plain.example', path: 'api/v1' });
      await at.reason('plain', 'Ready');
      const url = await at.urlOf('plain');
      assert.equal(url, `http://plain.example:${at.platform.instance.port}/api/v1`);
      const seen = echoOf(await at.until('plain.example', '/api/v1/echo/x?q=1', 200));
      assert.deepEqual([seen.path, seen.query], ['/echo/x', { q: ['1'] }]);
      assert.equal(seen.headers['x-forwarded-prefix'], '/api/v1');
      assert.equal(seen.headers['host'], 'plain.example');
      assert.equal((await at.byHost('Plain.Example.:80', '/api/v1/hello')).status, 200);
      for (const path of ['/api/v10', '/api', '/', '/echo'])
        assert.equal((await at.byHost('plain.example', path)).status, 404);
    });

    test('a wildcard takes one label, and an exact host comes before it', async () => {
      await at.trigger('wild', 'one', { 'host-name': '*.wild.example', path: 'echo' });
      await at.trigger('exact', 'two', { 'host-name': 'a.wild.example' });
      await at.reason('wild', 'Ready');
      await at.reason('exact', 'Ready');
      const byWildcard = await at.until('b.wild.example', '/echo/echo', 200);
      assert.equal(echoOf(byWildcard).path, '/echo');
      const byExact = await at.until('a.wild.example', '/echo', 200);
      assert.equal(echoOf(byExact).headers['x-forwarded-prefix'], undefined);
      for (const host of ['wild.example', 'x.b.wild.example'])
        assert.equal((await at.byHost(host, '/echo/echo')).status, 404, host);
    });

    test('CORS: a script of another site asks first, then reads the answer', async () => {
      await at.trigger('cors', 'one', { 'host-name': 'cors.example', 'cors-enable': true });
      await at.reason('cors', 'Ready');
      const headers = { origin: 'https://site.example', 'access-control-request-method': 'PUT' };
      const preflight = await at.until('cors.example', '/mirror', 204, { method: 'OPTIONS', headers });
      assert.equal(preflight.headers['access-control-allow-origin'], '*');
      assert.match(String(preflight.headers['access-control-allow-methods']), /PUT/);
      const answer = await at.byHost('cors.example', '/mirror', {
        method: 'PUT',
        body: 'x',
        headers: { origin: 'https://site.example' },
      });
      assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, '*']);
      const without = await at.byHost('plain.example', '/api/v1/hello');
      assert.equal(without.headers['access-control-allow-origin'], undefined);
    });

    test('basic authentication: right, wrong, missing; another password in the Secret counts soon', async () => {
      const sha = createHash('sha1').update('two').digest('base64');
      await at.secret('users', { auth: `ann:${hashSync('one', 10)}\nbob:{SHA}${sha}\n` });
      await at.trigger('guarded', 'one', { 'host-name': 'guarded.example', 'basic-auth-secret': 'users' });
      await at.reason('guarded', 'Ready');
      const refused = await at.until('guarded.example', '/hello', 401);
      assert.equal(refused.headers['www-authenticate'], 'Basic realm="guarded.example", charset="UTF-8"');
      assert.equal(json(refused).code, 'unauthorized');
      for (const given of ['ann:one', 'bob:two', 'ann:one'])
        assert.equal((await at.byHost('guarded.example', '/hello', { headers: basic(given) })).status, 200);
      for (const given of ['ann:two', 'eve:one', 'ann:', ':'])
        assert.equal(
          (await at.byHost('guarded.example', '/hello', { headers: basic(given) })).status,
          401,
          given,
        );
      await at.secret('users', { auth: `ann:${hashSync('new', 4)}\n` });
      await at.until('guarded.example', '/hello', 401, { headers: basic('ann:one') });
      await at.until('guarded.example', '/hello', 200, { headers: basic('ann:new') });
      await at.platform.kubectl.run('delete', 'secret', 'users');
      assert.match(await at.reason('guarded', 'SecretNotFound'), /users does not exist.*closed/);
      await at.until('guarded.example', '/hello', 503, { headers: basic('ann:new') });
      assert.equal((await call(at.platform.url('one/hello'))).status, 200);
    });

    test('TLS: each host has its certificate, which is renewed without a restart; plain HTTP is redirected', async () => {
      const [one, two, renewed] = [
        makeCertificate('one.tls.example'),
        makeCertificate('*.two.example'),
        makeCertificate('one.tls.example'),
      ];
      const data = ({ chain, key }: typeof one) => ({ 'tls.crt': chain, 'tls.key': key });
      await at.secret('one-tls', data(one), 'kubernetes.io/tls');
      await at.secret('two-tls', data(two), 'kubernetes.io/tls');
      await at.trigger('tls-1', 'one', { 'host-name': 'one.tls.example', 'tls-secret': 'one-tls' });
      await at.trigger('tls-2', 'two', { 'host-name': '*.two.example', 'tls-secret': 'two-tls' });
      await at.reason('tls-1', 'Ready');
      await at.reason('tls-2', 'Ready');
      const url = await at.urlOf('tls-1');
      assert.equal(url, `https://one.tls.example:${at.tlsPort}/`);
      const works = (host: string, ca: string) => () =>
        tlsCall(at.tlsPort, host, ca, '/echo').catch(() => undefined);
      const first = await eventually('HTTPS for the first host', works('one.tls.example', one.chain));
      assert.deepEqual([first.status, first.names], [200, 'DNS:one.tls.example']);
      assert.equal((JSON.parse(first.body) as Echo).headers['x-forwarded-proto'], 'https');
      const second = await eventually('HTTPS for the second host', works('b.two.example', two.chain));
      assert.deepEqual([second.status, second.names], [200, 'DNS:*.two.example']);
      await assert.rejects(tlsCall(at.tlsPort, 'plain.example', one.chain));
      await assert.rejects(tlsCall(at.tlsPort, 'one.tls.example', two.chain));
      const host = `one.tls.example:${at.platform.instance.port}`;
      const redirected = await at.until(host, '/echo?q=1', 308);
      assert.equal(redirected.headers.location, `https://one.tls.example:${at.tlsPort}/echo?q=1`);
      await at.secret('one-tls', data(renewed), 'kubernetes.io/tls');
      await eventually('the certificate is the new one', works('one.tls.example', renewed.chain));
      await at.secret('one-tls', { 'tls.crt': renewed.chain, 'tls.key': two.key }, 'kubernetes.io/tls');
      assert.match(await at.reason('tls-1', 'InvalidSecret'), /tls\.key is not the key/);
      await eventually('no certificate', () =>
        tlsCall(at.tlsPort, 'one.tls.example', renewed.chain).then(
          () => false,
          () => true,
        ),
      );
      await eventually('the other host goes on', works('b.two.example', two.chain));
    });
  });
}
