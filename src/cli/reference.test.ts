import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../../test/helpers/program.ts';
import { commands } from './commands.ts';
import { cliReference } from './reference.ts';

test('docs/cli.md is what the command table says; scripts/generate-cli-reference.ts writes it', async () => {
  const file = join(repository, 'docs/cli.md');
  assert.equal(await readFile(file, 'utf8'), await cliReference(commands));
});
