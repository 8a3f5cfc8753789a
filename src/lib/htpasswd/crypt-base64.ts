const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** crypt(3)'s base64 of the bytes at `order`, three at a time, the first of them highest; -1 is a zero. */
export function cryptBase64(bytes: Uint8Array, order: readonly (readonly number[])[]): string {
  return order
    .map((group) => {
      const value = group.reduce((sum, index) => sum * 256 + (index < 0 ? 0 : (bytes[index] ?? 0)), 0);
      const used = group.filter((index) => index >= 0).length;
      return digits(value, used === 3 ? 4 : used + 1);
    })
    .join('');
}

/** The lowest six bits first. */
function digits(value: number, count: number): string {
  let text = '';
  for (let rest = value; text.length < count; rest = Math.floor(rest / 64))
    text += alphabet.charAt(rest % 64);
  return text;
}
