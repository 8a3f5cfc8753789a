import type { Output } from './io.ts';

/** The value as JSON, or as YAML, which costs its import. */
export async function printObject(
  stdout: Output,
  value: unknown,
  options: { format: string; indent?: number },
): Promise<void> {
  if (options.format === 'json') {
    stdout.write(`${JSON.stringify(value, null, options.indent ?? 2)}\n`);
    return;
  }
  const { stringify } = await import('yaml');
  stdout.write(stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 }));
}
