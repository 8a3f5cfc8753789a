import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCliApi } from '../../../test/helpers/cli-api.ts';
import { coreEvents, type CoreEvent } from '../../kube/builtin-resources.ts';
import { functions } from '../resources.ts';

const time = '2026-01-01T00:00:00Z';
const [first, second] = ['sha256:11', 'sha256:22'];

const status = {
  observedGeneration: 1,
  conditions: [
    { type: 'Ready', status: 'False', reason: 'LoadFailed', message: 'line 3', lastTransitionTime: time },
  ],
  digest: first,
  builds: [second, first].map((digest) => ({
    digest,
    image: `docker://r/f@${digest}`,
    signature: 's',
    runtime: 'python3.11',
    time,
  })),
  log: 'Collecting bs4\nTraceback\n',
};

test('describe shows what was asked for, its builds, its events and the log', async () => {
  await using api = await startCliApi();
  for (const name of ['hello.py', 'requirements.txt']) await writeFile(join(api.cwd, name), 'bs4\n');
  const flags = '--runtime python3.11 --handler hello.handler -f hello.py -d requirements.txt';
  const more = '--memory 64Mi -e A=1 --label team=blue';
  await api.run(['function', 'deploy', 'hello', ...flags.split(' '), ...more.split(' ')]);
  const ref = { namespace: 'default', name: 'hello' };
  const { metadata } = await api.client.mergePatch(functions, ref, { status }, { subresource: 'status' });
  const event = (name: string, uid: string, message: string): CoreEvent => ({
    metadata: { namespace: 'default', name },
    involvedObject: { kind: 'Function', namespace: 'default', name: 'hello', uid },
    type: 'Warning',
    reason: 'LoadFailed',
    message,
    count: 3,
    firstTimestamp: time,
    lastTimestamp: time,
    source: { component: 'function-controller' },
  });
  await api.client.create(coreEvents, event('now', metadata.uid ?? '', 'of this one'));
  await api.client.create(coreEvents, event('earlier', 'another', 'of one that had the name before'));
  const { stdout } = await api.run(['function', 'describe', 'hello']);
  const lines = stdout.split('\n').map((line) => line.replaceAll(/ *\t */g, '|').trimEnd());
  for (const line of [
    'Label:|{"created-by":"kubeless","function":"hello","team":"blue"}',
    'Memory:|64Mi',
    'Dependencies:|bs4',
    `${second}|python3.11|${time}`,
    `${first}|python3.11|${time}|serving`,
    `${time}|Warning|LoadFailed|of this one (3 times)`,
  ])
    assert.ok(lines.includes(line), `${line} in\n${stdout}`);
  assert.match(stdout, /^Envvar:.*"A".*"1"/m);
  assert.match(stdout, /\nBuild log:\nCollecting bs4\nTraceback\n$/);
  assert.doesNotMatch(stdout, /before/);
});
