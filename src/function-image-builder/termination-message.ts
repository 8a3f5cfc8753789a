import { writeFile } from 'node:fs/promises';
import { toPlatformError } from '../lib/errors.ts';
import type { ErrorCode } from '../lib/error-catalogue.ts';

/** What a container of a build leaves for function-controller, as JSON (Kubernetes: `terminationMessagePath`). */
export type TerminationMessage = BuildOutcome | BuildFailure;

/** Of function-image-builder. */
export interface BuildOutcome {
  digest: string;
  image: string;
}

/** Of any container: what went wrong and what to do, each a sentence. */
export interface BuildFailure {
  code: ErrorCode;
  message: string;
  hint?: string;
}

/** Kubernetes cuts a message at 4096 bytes, which would be no JSON any more. */
const maxText = 1500;

export function failureMessage(error: unknown): BuildFailure {
  const { code, message, hint } = toPlatformError(error);
  const cut = (text: string): string => (text.length > maxText ? `${text.slice(0, maxText)}…` : text);
  return { code, message: cut(message), ...(hint === undefined ? {} : { hint: cut(hint) }) };
}

/** A container started by hand has no such file: then only the log tells. */
export async function writeTerminationMessage(path: string, message: TerminationMessage): Promise<void> {
  await writeFile(path, JSON.stringify(message)).catch(() => undefined);
}
