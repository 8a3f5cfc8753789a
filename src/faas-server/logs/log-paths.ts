import { join } from 'node:path';
import { PlatformError } from '../../lib/errors.ts';
import { isFunctionName, isNamespaceName } from '../../api/object-names.ts';

/** `<root>/logs/<namespace>/<function>.log`, and `.log.1` for what was before the last rotation. */
export function logPath(root: string, namespace: string, name: string): string {
  if (!isNamespaceName(namespace) || !isFunctionName(name)) {
    throw new PlatformError('bad_request', 'this is not the name of a function');
  }
  return join(logsFolder(root), namespace, `${name}.log`);
}

export function logsFolder(root: string): string {
  return join(root, 'logs');
}

export const rotatedSuffix = '.1';
