import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubeless } from '../../../test/helpers/cli.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namesNothing } from './names-nothing.ts';

test('dependency files that name nothing are told from those that name something', () => {
  for (const content of ['', '# later\n\n', '{}', '{"name":"x","private":true,"dependencies":{}}'])
    assert.ok(namesNothing(content), content);
  for (const content of [
    'bs4',
    '# x\nbs4',
    '{"dependencies":{"ms":"2"}}',
    '{"type":"module"}',
    '[]',
    '"a"',
    '{',
  ])
    assert.ok(!namesNothing(content), content);
});

for (const [runtime, file] of [
  ['python3.11', 'requirements.txt'],
  ['nodejs24', 'package.json'],
  ['ruby3.1', 'Gemfile'],
  ['perl5.36', 'cpanfile'],
  ['php8.2', 'composer.json'],
] as const) {
  test(`a new project of ${runtime} installs nothing`, async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'new-project-'));
    assert.equal((await kubeless(['function', 'init', 'fresh', '-r', runtime], { cwd })).exit, 0);
    const flags = [
      '-r',
      runtime,
      '--handler',
      'a.b',
      '-f',
      'fresh/README.md',
      '-d',
      join('fresh', file),
      '--dryrun',
      '-o',
      'json',
    ];
    const { stdout, stderr } = await kubeless(['function', 'deploy', 'fresh', '-n', 'x', ...flags], { cwd });
    assert.equal((JSON.parse(stdout) as { spec: { deps: string } }).spec.deps, '', stderr);
    await rm(cwd, { recursive: true });
  });
}
