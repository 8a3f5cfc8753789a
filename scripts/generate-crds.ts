import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crdFileName, crdYaml } from '../src/api/crd.ts';
import { kinds } from '../src/api/kinds.ts';

/** Writes deploy/crds/*.yaml. A test fails while they are older than the schemas. */
const folder = join(import.meta.dirname, '../deploy/crds');
mkdirSync(folder, { recursive: true });
for (const kind of kinds) writeFileSync(join(folder, crdFileName(kind)), crdYaml(kind));
