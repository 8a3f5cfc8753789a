import { writeFile } from 'node:fs/promises';
import { errorCatalogue } from './error-catalogue.ts';
import { toPlatformError } from './errors.ts';

/** Kubernetes cuts a message at 4096 bytes. */
const maxLength = 2000;

/** What went wrong and what to do, in one line: controllers show the last line to the author. */
export function failureMessage(error: unknown): string {
  const { message, hint } = toPlatformError(error);
  const text = [message, hint ?? ''].join(' ').replaceAll(/\s+/g, ' ').trim();
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/**
 * What a container leaves for function-controller (Kubernetes: `terminationMessagePath`): function-image-builder
 * `{"digest","image"}` of what it pushed, any other container nothing; a line of text where it failed.
 */
export async function writeTerminationMessage(path: string, message: string): Promise<void> {
  // A program started by hand has no such file: then its output tells.
  await writeFile(path, message).catch(() => undefined);
}

/** Tells a failure where Kubernetes looks for it, and in the container's output. Resolves with the exit code. */
export async function reportFailure(args: readonly string[], error: unknown): Promise<number> {
  const message = failureMessage(error);
  const given = args.find((arg) => arg.startsWith('--termination-log='))?.slice('--termination-log='.length);
  await writeTerminationMessage(given ?? '/dev/termination-log', message);
  process.stderr.write(`${message}\n`);
  return errorCatalogue[toPlatformError(error).code].exit;
}
