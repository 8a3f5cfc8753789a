import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlatformError } from '../lib/errors.ts';
import { formatReference, parseReference } from './reference.ts';

const digest = `sha256:${'0a'.repeat(32)}`;

const accepted: [string, string][] = [
  ['docker://alpine', 'docker://docker.io/library/alpine:latest'],
  ['docker://docker.io/alpine:3', 'docker://docker.io/library/alpine:3'],
  ['docker://host:5000', 'docker://docker.io/library/host:5000'],
  ['docker://user/app', 'docker://docker.io/user/app:latest'],
  ['docker://localhost/app', 'docker://localhost/app:latest'],
  ['docker://127.0.0.1:5000/a/b:v1', 'docker://127.0.0.1:5000/a/b:v1'],
  ['docker://[::1]:5000/a', 'docker://[::1]:5000/a:latest'],
  [`docker://quay.io/a/b:v1@${digest}`, `docker://quay.io/a/b@${digest}`],
  ['oci:/images/hello', 'oci:/images/hello'],
  ['oci:/images/hello:v1', 'oci:/images/hello:v1'],
  ['oci:/my images/hello:v1', 'oci:/my images/hello:v1'],
  ['oci:/home/josé/画像:v1', 'oci:/home/josé/画像:v1'],
  ['oci-archive:/a.tar:name:v1', 'oci-archive:/a.tar:name:v1'],
  ['docker-archive:/a.tar', 'docker-archive:/a.tar'],
  ['docker-archive:/a.tar:@0', 'docker-archive:/a.tar:@0'],
  ['dir:/a/b', 'dir:/a/b'],
];

for (const [text, expected] of accepted) {
  test(`reference ${text}`, () => {
    assert.equal(formatReference(parseReference(text)), expected);
    assert.deepEqual(parseReference(formatReference(parseReference(text))), parseReference(expected));
  });
}

const refused = [
  '',
  'alpine',
  '-alpine',
  '--help',
  'docker:',
  'docker://',
  'docker:alpine',
  'docker://-x',
  'docker://UPPER/x',
  'docker://a//b',
  'docker://a/../b',
  'docker://a@sha256:12',
  `docker://a@${digest}@${digest}`,
  'docker://a:-tag',
  'docker://a b',
  'docker://a\nb',
  'docker://café/a',
  'docker://a:é',
  'oci:/a:é',
  'oci:/a\u202eb',
  'oci:/a\u00a0b',
  'oci:/a\u200bb',
  'docker://a\0',
  'docker://user:password@host/a',
  'docker-daemon:a:b',
  'containers-storage:a',
  'tarball:/a.tar',
  'sif:/a',
  'oci:images',
  'oci:../x',
  'oci:/a/../b',
  'oci:/a//b',
  'oci:/a/',
  'oci:/a ',
  'oci:/a :v1',
  'oci:/a:v 1',
  'oci:/a:-x',
  'oci:/a:',
  'dir:/a:b',
  'dir:',
  'http://host/a',
];

for (const text of refused) {
  test(`reference ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parseReference(text), { code: 'invalid' });
  });
}

test('any text is refused with a reason or gives an argument that parses to the same', () => {
  const near = fc.stringMatching(
    /^(docker:\/\/|oci:|oci-archive:|docker-archive:|dir:)[-a-z0-9._/:@ ]{0,40}$/,
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), near), (text) => {
      let formatted: string;
      try {
        formatted = formatReference(parseReference(text));
      } catch (error) {
        assert.ok(error instanceof PlatformError && error.code === 'invalid', String(error));
        return;
      }
      assert.match(formatted, /^(docker:\/\/[^-/]|(oci|oci-archive|docker-archive|dir):\/)[\x20-\x7e]*$/);
      assert.equal(formatReference(parseReference(formatted)), formatted);
    }),
    { numRuns: 2000 },
  );
});
