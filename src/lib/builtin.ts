/**
 * A module of Node's, without reading all of its exports as `import` does. Many of those load more when they are read
 * first: `import 'node:http'` loads fetch and WebSocket, 40 ms of a processor and 5 MB for each program that starts.
 */
// eslint-disable-next-line typescript/unbound-method -- a plain function, only kept in an object
export const builtin = process.getBuiltinModule;
