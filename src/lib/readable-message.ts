const maxLength = 2000;

/** What a terminal would obey: C0, C1 and the marks that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** A message that quotes what strangers wrote, for status and events: one line of bounded length that moves no cursor. */
export function readableMessage(text: string): string {
  const line = text
    .slice(0, 2 * maxLength)
    .replaceAll(controls, ' ')
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}
