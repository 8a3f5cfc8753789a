import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../src/cli/commands.ts';
import { cliReference } from '../src/cli/reference.ts';

/** Writes docs/cli.md. A test fails while it is older than the command table. */
writeFileSync(join(import.meta.dirname, '../docs/cli.md'), await cliReference(commands));
