import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hasErrno } from '../lib/errors.ts';

/**
 * Whether the signature policy that skopeo would follow (containers-policy.json(5)) lets every image pass: then there is nothing to
 * ask it. False for any that has a rule.
 */
export async function acceptsAnything(policyFile: string | undefined, home = homedir()): Promise<boolean> {
  const files =
    policyFile === undefined
      ? [join(home, '.config/containers/policy.json'), '/etc/containers/policy.json']
      : [policyFile];
  const verdicts = await Promise.all(files.map(hasNoRule));
  // A missing one does not count, but without any skopeo copies nothing.
  return verdicts.includes(true) && !verdicts.includes(false);
}

async function hasNoRule(path: string): Promise<boolean | undefined> {
  try {
    const policy = JSON.parse(await readFile(path, 'utf8')) as {
      default?: unknown;
      transports?: object;
    } | null;
    const { default: rules, transports = {}, ...more } = policy ?? {};
    const isOpen = JSON.stringify(rules) === '[{"type":"insecureAcceptAnything"}]';
    return isOpen && Object.keys(transports).length === 0 && Object.keys(more).length === 0;
  } catch (error) {
    return hasErrno(error, 'ENOENT') ? undefined : false;
  }
}
