import { extname, join } from 'node:path';

/**
 * The file of a program or of a thread that lies beside the module of this `import.meta`: TypeScript among the sources, and
 * JavaScript where all programs and threads were bundled into one folder.
 */
export function beside(
  { dirname, filename }: Pick<ImportMeta, 'dirname' | 'filename'>,
  name: string,
): string {
  return join(dirname, `${name}${extname(filename)}`);
}
