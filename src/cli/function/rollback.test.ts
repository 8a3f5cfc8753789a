import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCliApi, type CliApi } from '../../../test/helpers/cli-api.ts';
import { apiVersion, functions, specOf } from '../resources.ts';

let api: CliApi;
const ref = { namespace: 'default', name: 'hello' };
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const [latest, earlier, first] = [digest('c'), digest('b'), digest('a')];

before(async () => {
  api = await startCliApi();
  const spec = { handler: 'a.b', runtime: 'python3.11' };
  await api.client.create(functions, { apiVersion, kind: 'Function', metadata: ref, spec });
});
after(() => api[Symbol.asyncDispose]());

const rollback = (...flags: string[]) => api.run(['function', 'rollback', 'hello', ...flags]);

test('rollback serves the build before, one by its digest, or the present source again', async () => {
  const none = await rollback();
  assert.deepEqual(
    [none.exit, none.stderr.split('\n')[0]],
    [4, 'error: there is no earlier build to go back to'],
  );
  const builds = [latest, earlier, first].map((item) => ({
    digest: item,
    image: `docker://registry.example.com/hello@${item}`,
    signature: item,
    time: '2026-01-01T00:00:00Z',
  }));
  const status = { source: digest('f'), digest: latest, builds };
  await api.client.mergePatch(functions, ref, { status }, { subresource: 'status' });
  const wanted = async () => specOf(await api.client.get(functions, ref)).rollback;
  assert.equal((await rollback()).exit, 0);
  assert.deepEqual(await wanted(), { digest: earlier, insteadOf: digest('f') });
  assert.equal((await rollback('--to', 'sha256:aaaa')).exit, 0);
  assert.deepEqual(await wanted(), { digest: first, insteadOf: digest('f') });
  const unknown = await rollback('--to', 'dddd');
  assert.equal(unknown.exit, 2);
  assert.match(unknown.stderr, /dddd is no build of this function; there are: sha256:c/);
  assert.equal((await rollback('--undo')).exit, 0);
  assert.equal(await wanted(), undefined);
});
