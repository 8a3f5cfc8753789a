import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { badNames, badSpecs, goodSpecs, imageObject } from '../../test/fixtures/image-objects.ts';
import { imageDefaults } from '../faas-downloader/defaults.ts';
import { crdFileName, crdYaml } from './crd.ts';
import { formatDuration } from './duration.ts';
import { imageKind } from './image.ts';
import { kinds } from './kinds.ts';
import { validateImage } from './validate.ts';

for (const [name, spec] of Object.entries(goodSpecs)) {
  test(`takes ${name}`, () => {
    const result = validateImage(imageObject(spec));
    assert.ok(result.ok, JSON.stringify(result));
    assert.deepEqual(result.value.spec, spec);
  });
}

for (const [name, { spec, field, hint }] of Object.entries(badSpecs)) {
  test(`refuses ${name}`, () => {
    const result = validateImage(imageObject(spec));
    assert.ok(!result.ok);
    const [problem = '', ...more] = result.problems;
    assert.deepEqual(more, []);
    assert.ok(problem.startsWith(`${field}: `), problem);
    assert.match(problem, hint ?? /./);
    assert.doesNotMatch(problem, /expected|received|undefined|regex/i);
  });
}

test('refuses names that cannot be a host name', () => {
  for (const name of badNames) {
    const result = validateImage(imageObject({ image: 'oci:/a' }, name));
    assert.ok(!result.ok && /metadata\.name/.test(result.problems[0] ?? ''), name);
  }
});

test('every problem is told at once', () => {
  const result = validateImage(imageObject({ timeout: 0, port: 0 }));
  assert.equal(!result.ok && result.problems.length, 3);
});

test('leaves unknown fields out', () => {
  const result = validateImage(imageObject({ image: 'oci:/a', later: true }));
  assert.ok(result.ok && !('later' in result.value.spec));
});

test('a status that makes no sense is no reason to refuse a spec', () => {
  assert.ok(validateImage({ ...imageObject({ image: 'oci:/a' }), status: 5 }).ok);
});

test('any object at all is taken or refused in sentences', () => {
  const anything = fc.anything({ withNullPrototype: true, withDate: true });
  fc.assert(
    fc.property(anything, (spec) => {
      const result = validateImage(imageObject(spec));
      if (!result.ok)
        assert.ok(result.problems.length > 0 && result.problems.every((text) => text.length > 0));
    }),
  );
  for (const object of [null, 5, [], {}, { kind: 'Image' }]) assert.ok(!validateImage(object).ok);
});

test('deploy/crds is what scripts/generate-crds.ts would write now', () => {
  const folder = join(import.meta.dirname, '../../deploy/crds');
  for (const kind of kinds)
    assert.equal(readFileSync(join(folder, crdFileName(kind)), 'utf8'), crdYaml(kind));
});

test('the descriptions promise the defaults that an Image gets', () => {
  const text = crdYaml(imageKind);
  const { limits, timeoutMs, idleTimeoutMs, prewarm, protocol, start, port } = imageDefaults;
  const mebibytes = (bytes: number) => `${bytes / 1024 / 1024}Mi`;
  const promises = {
    memory: `${mebibytes(limits.memoryBytes)}.`,
    ephemeralStorage: `${mebibytes(limits.tmpBytes)}.`,
    fileSize: `the larger of ${mebibytes(limits.fileSizeBytes)} and ephemeralStorage.`,
    pids: `${limits.pids}.`,
    timeout: `${timeoutMs / 1000}.`,
    idleTimeout: `${formatDuration(idleTimeoutMs)}.`,
    prewarm: `${prewarm}.`,
    protocol: `the image's label io.kontain.protocol, or ${protocol}.`,
    start: `the image's label io.kontain.start, or ${start}.`,
    port: `the first that the image exposes, or ${port}.`,
  };
  for (const [field, promise] of Object.entries(promises))
    assert.match(text, new RegExp(`\\b${field}:\\n[^\\n]*\\n?[^\\n]*Default: ${promise}`), field);
});
