import type { KontainerSpec } from '../spec.ts';
import { execProgram } from './skeleton.ts';

/** The first program of a Kontainer: the image's own, or ours that runs it with the call as CGI or as files. */
export function programOf({ protocol, args }: KontainerSpec): string[] {
  if (protocol === 'cgi') return [execProgram, 'cgi', ...args];
  if (protocol === 'kontain-files') return [execProgram, 'files', ...args];
  return args;
}
