interface Event {
  data: unknown;
}

export function handler(event: Event): string {
  const name = typeof event.data === 'string' ? event.data : 'world';
  return `hello ${name}\n`;
}
