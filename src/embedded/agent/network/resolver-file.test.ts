import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolverFile } from './resolver-file.ts';

test('names are searched for as on the machine, by a resolver that is in reach', () => {
  const machine = '# local\nnameserver 127.0.0.53\nnameserver ::1\nsearch example.org lan\noptions edns0\n';
  assert.equal(resolverFile(machine), 'nameserver 10.0.2.3\nsearch example.org lan\noptions edns0\n');
  assert.equal(resolverFile(''), 'nameserver 10.0.2.3\n');
});
