import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSameRegistry } from './registry-host.ts';
import { parseReference } from './reference.ts';
import { foreignRepository, isFunctionRegistry, repositoryOwner } from './repository-owner.ts';

const owner = (image: string, base: string) => repositoryOwner(parseReference(`docker://${image}`), base);
const digest = `sha256:${'a'.repeat(64)}`;

test('what is below the functions’ registry belongs to a namespace', () => {
  const base = '127.0.0.1:5000/functions';
  for (const place of ['blue/hello', 'blue/hello/more', 'blue.sources', 'blue.dependencies'])
    for (const version of ['', ':latest', `@${digest}`, `:latest@${digest}`])
      assert.equal(owner(`127.0.0.1:5000/functions/${place}${version}`, base), 'blue', place);
  for (const place of [
    'kontain/python3.11',
    'functions',
    'functions/app',
    'functions2/blue/hello',
    'blue/hello',
  ])
    assert.equal(owner(`127.0.0.1:5000/${place}`, base), undefined, place);
  assert.equal(owner('registry.example.com/functions/blue/hello', base), undefined);
  assert.equal(owner('registry.example.com/blue/hello', 'registry.example.com'), 'blue');
  assert.equal(owner('team/blue/hello', 'docker.io/team'), 'blue');
  assert.equal(repositoryOwner(parseReference('oci:/functions/blue'), base), undefined);
});

test('a functions’ registry that is none is told', () => {
  for (const text of ['registry.example.com/functions', '127.0.0.1:5000', '[::1]:5000/a/b', 'docker.io/team'])
    assert.ok(isFunctionRegistry(text), text);
  for (const text of [
    '',
    'http://registry/functions',
    'registry.example.com/Functions',
    'registry.example.com/a:b',
    'a/../b',
  ])
    assert.ok(!isFunctionRegistry(text), text);
});

test('another spelling of the host or the port is the same registry', () => {
  const spellings = {
    '127.0.0.1:5000': [
      'localhost:5000',
      'LOCALHOST:5000',
      '127.1:5000',
      '0x7f000001:5000',
      '2130706433:5000',
      '0177.0.0.1:05000',
      '127.0.0.2:5000',
      '0:5000',
      '[::1]:5000',
      '[0:0:0:0:0:0:0:1]:5000',
      '[::ffff:7f00:1]:5000',
      '[::]:5000',
      'a.localhost:5000',
    ],
    'registry.example.com': [
      'Registry.Example.COM',
      'registry.example.com.',
      'registry.example.com:443',
      'registry.example.com:0443',
      'registry.example.com:80',
    ],
    'docker.io': ['index.docker.io', 'registry-1.docker.io:443'],
  };
  for (const [host, others] of Object.entries(spellings))
    for (const other of others) assert.ok(isSameRegistry(host, other), other);
  assert.ok(!isSameRegistry('127.0.0.1:5000', '127.0.0.1:5001'));
  assert.ok(!isSameRegistry('registry.example.com', 'registry.example.org'));
  assert.ok(!isSameRegistry('127.0.0.1:5000', '10.0.0.1:5000'));
});

test('nothing that can be parsed names another namespace’s repository unnoticed', () => {
  const mark = fc.constantFrom(
    '..',
    '.',
    '/',
    '//',
    '%2e',
    '%2f',
    '\\',
    '@',
    ':',
    'blue',
    'red',
    '.sources',
    'x',
  );
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 8 }), (marks) => {
      const text = `docker://registry.test/functions/${marks.join('')}`;
      let reference;
      try {
        reference = parseReference(text);
      } catch {
        return;
      }
      const why = foreignRepository(reference, {
        namespace: 'blue',
        functionRegistry: 'registry.test/functions',
      });
      // As a registry sees it: it knows no `..` and no escapes, only names.
      const isRed =
        reference.transport === 'docker' && /^functions\/red(\/|\.sources(\/|$))/.test(reference.repository);
      assert.equal(why !== undefined && / namespace red,/.test(why), isRed, text);
    }),
    { numRuns: 3000 },
  );
});
