import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { makeCertificate } from '../../test/helpers/test-certificates.ts';
import type { Image } from '../api/image.ts';
import type { ImageRoute } from '../api/image-routes.ts';
import { DeployFailure } from './failure.ts';
import { resolveRoutes, type ResolvedRoutes } from './resolve-routes.ts';

const good = makeCertificate('a.example');
const other = makeCertificate('b.example');
const hash = hashSync('secret', 4);

const secrets: Record<string, Record<string, string>> = {
  users: { auth: `me:${hash}\n` },
  mixed: { auth: `me:${hash}\nyou:plain` },
  nobody: { auth: '# nobody yet\n' },
  empty: {},
  tls: { 'tls.crt': good.chain, 'tls.key': good.key },
  swapped: { 'tls.crt': good.chain, 'tls.key': other.key },
  mismatch: { 'tls.crt': other.chain, 'tls.key': other.key },
  garbage: { 'tls.crt': 'x', 'tls.key': 'y' },
};

function secret(name: string): Promise<{ data: Record<string, string> } | undefined> {
  if (name === 'forbidden')
    return Promise.reject(new DeployFailure('SecretNotFound', 'The Secrets cannot be read.'));
  const data = Object.entries(secrets[name] ?? {}).map(([key, text]) => [
    key,
    Buffer.from(text).toString('base64'),
  ]);
  return Promise.resolve(
    secrets[name] === undefined ? undefined : { data: Object.fromEntries(data) as Record<string, string> },
  );
}

function resolve(routes: ImageRoute[], nowMs = Date.now()): Promise<ResolvedRoutes> {
  const metadata = { name: 'fn', namespace: 'ns', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' };
  const image: Image = {
    apiVersion: 'build.kontain.app/v1',
    kind: 'Image',
    metadata,
    spec: { image: 'oci:/a', routes },
  };
  return resolveRoutes(image, { secret }, nowMs);
}

suite('routes with what is in their Secrets', () => {
  test('no routes are no document', async () => {
    assert.deepEqual(await resolve([]), { document: undefined, problems: [] });
  });

  test('an open route, one with a password, one with a certificate', async () => {
    const { document, problems } = await resolve([
      { path: '/x', cors: true },
      { host: 'a.example', basicAuthSecret: 'users', tlsSecret: 'tls', trigger: 't' },
    ]);
    assert.deepEqual(problems, []);
    assert.deepEqual(document, {
      version: 1,
      since: '2026-01-01T00:00:00Z/u',
      routes: [
        { host: '', path: '/x', cors: true, access: { kind: 'open' }, https: false, byHand: true },
        {
          host: 'a.example',
          path: '',
          access: { kind: 'basic', users: { me: hash } },
          https: true,
          byHand: false,
          certificate: good,
        },
      ],
    });
  });

  const closed: Record<string, RegExp> = {
    missing: /^Secret missing does not exist; create it\. Until then the route is closed/,
    forbidden: /^The Secrets cannot be read\. Until then/,
    nobody: /names nobody/,
    empty: /has no key auth/,
  };
  for (const [name, message] of Object.entries(closed))
    test(`a route whose users are ${name} is closed, and the others are not`, async () => {
      const { document, problems } = await resolve([{ basicAuthSecret: name }, { path: '/open' }]);
      assert.deepEqual(
        document?.routes.map(({ access }) => access.kind),
        ['closed', 'open'],
      );
      assert.equal(problems.length, 1);
      assert.match(problems[0]?.message ?? '', message);
    });

  test('who has a password of an unknown format is left out', async () => {
    const { document, problems } = await resolve([{ host: 'h', basicAuthSecret: 'mixed' }]);
    assert.deepEqual(document?.routes[0]?.access, { kind: 'basic', users: { me: hash } });
    assert.match(
      problems[0]?.message ?? '',
      /In Secret mixed, the password of you has a format that is not taken/,
    );
    assert.equal(problems[0]?.host, 'h');
  });

  const broken: Record<string, RegExp> = {
    swapped: /tls\.key is not the key/,
    garbage: /no certificate and key in PEM/,
    empty: /no keys tls\.crt and tls\.key/,
    missing: /does not exist/,
  };
  for (const [name, message] of Object.entries(broken))
    test(`a certificate that is ${name} is none, and the route wants HTTPS all the same`, async () => {
      const { document, problems } = await resolve([{ host: 'a.example', tlsSecret: name }]);
      const [route] = document?.routes ?? [];
      assert.deepEqual([route?.https, route?.certificate, route?.access.kind], [true, undefined, 'open']);
      assert.match(problems[0]?.message ?? '', message);
      assert.ok(!JSON.stringify(problems).includes('PRIVATE'));
    });

  test('a certificate that browsers refuse is served, and said', async () => {
    const later = Date.now() + 5 * 24 * 3600_000;
    const { document, problems } = await resolve([{ host: 'a.example', tlsSecret: 'mismatch' }], later);
    assert.ok(document?.routes[0]?.certificate);
    assert.deepEqual(
      problems.map(({ reason }) => reason),
      ['CertificateExpired', 'CertificateMismatch'],
    );
    const wildcard = makeCertificate('*.wild.example');
    secrets['wild'] = { 'tls.crt': wildcard.chain, 'tls.key': wildcard.key };
    assert.deepEqual((await resolve([{ host: '*.wild.example', tlsSecret: 'wild' }])).problems, []);
  });
});
