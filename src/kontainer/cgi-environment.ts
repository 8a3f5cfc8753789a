/** Room for a call's variables; native/exec/main.c refuses more. */
export const maxEnvironmentBytes = 256 * 1024;

/**
 * The first bytes of a stream of protocol `cgi`: length (32 bits, little endian), then NAME=value strings, each with a
 * NUL at its end. Variables that a C string cannot hold are left out.
 */
export function encodeEnvironment(variables: Readonly<Record<string, string>>): Buffer {
  const strings = Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\0`)
    .filter((text) => text.indexOf('\0') === text.length - 1);
  const text = Buffer.from(strings.join(''), 'latin1');
  const frame = Buffer.allocUnsafe(4 + text.length);
  frame.writeUInt32LE(text.length, 0);
  text.copy(frame, 4);
  return frame;
}
