import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './program.ts';

/** OCI layout of an image that scripts/images/build has made, an optional one included. */
export function imageLayout(name: string): string {
  const optional = join(repository, 'build/optional-images', name);
  return existsSync(optional) ? optional : join(repository, 'build/images', name);
}
