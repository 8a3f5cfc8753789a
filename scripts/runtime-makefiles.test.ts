import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { images } from './images/images.ts';

const runtimes = join(import.meta.dirname, '../runtimes');

/** What `make` would run. */
function planOf(language: string, ...words: string[]): string {
  const { stdout, stderr, status } = spawnSync('make', ['-n', '-C', join(runtimes, language), ...words]);
  assert.equal(status, 0, stderr.toString());
  return stdout.toString();
}

for (const [language, version, ...built] of [
  ['python', '3.11', 'python3.11'],
  ['nodejs', '24', 'nodejs24'],
  ['ruby', '3.1', 'ruby3.1', 'ruby3.1-build'],
  ['perl', '5.36', 'perl5.36', 'perl5.36-build'],
  ['php', '8.2', 'php8.2', 'php8.2-build'],
  ['go', '1.19', 'go1.19', 'go1.19-build'],
  ['java', '17', 'java17', 'java17-build'],
  ['cgi', '', 'cgi'],
] as const)
  test(`make -C runtimes/${language} build${version} makes ${built.join(', ')}`, () => {
    const [, names = ''] = /scripts\/images\/build (.*)$/m.exec(planOf(language, `build${version}`)) ?? [];
    assert.deepEqual(names.trim().split(' '), built);
    for (const name of built) assert.ok(name in images, name);
  });

test('with BASE our files go on another image, with IMAGE the result goes to a registry', () => {
  const base = 'docker://docker.io/library/python:3.13-slim';
  const plan = planOf('python', 'build3.13', `BASE=${base}`, 'IMAGE=docker://r/python3.13');
  assert.match(plan, new RegExp(`build-on-base python 3\\.13 '${base}' 'docker://r/python3\\.13'`));
});
