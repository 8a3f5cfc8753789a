/** Messages of parsers and of API servers may have several lines; of an error we show one. */
export function oneLine(text: string): string {
  return text.trim().replaceAll(/:?\s*[\n\r]\s*/g, ' ');
}
