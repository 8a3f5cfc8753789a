import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

const load = createRequire(import.meta.url);

/** Loaded where YAML comes: 70 files, 25 ms of each start, while most of what programs read is JSON. */
export function yaml(): typeof Yaml {
  return load('yaml') as typeof Yaml;
}
