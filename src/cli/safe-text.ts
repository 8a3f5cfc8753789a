import type { Output } from './io.ts';

/** C0 and C1 but tab and line end: what moves a cursor, sets a title or answers in the place of the user. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text that a function or a build printed, for that output: on a terminal it must not control the terminal. */
export function safeText(text: string, { isTTY }: Pick<Output, 'isTTY'>): string {
  if (isTTY !== true) return text;
  return text.replaceAll(controls, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
