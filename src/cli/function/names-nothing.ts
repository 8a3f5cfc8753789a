/** Fields of package.json and composer.json that say nothing about how the function runs. */
const idle = ['name', 'private', 'version', 'description', 'license', 'dependencies', 'require'];

/**
 * Whether a dependency file names no dependency: only comments and empty lines, or a JSON object that says nothing else. A project that
 * has just been made is such, and needs no installation.
 */
export function namesNothing(content: string): boolean {
  const lines = content.split('\n').map((line) => line.trim());
  return lines.every((line) => line === '' || line.startsWith('#')) || isIdleManifest(content);
}

function isIdleManifest(content: string): boolean {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const fields = value as Record<string, unknown>;
    const named = [fields['dependencies'], fields['require']].flatMap((list) => Object.keys(list ?? {}));
    return named.length === 0 && Object.keys(fields).every((key) => idle.includes(key));
  } catch {
    return false;
  }
}
