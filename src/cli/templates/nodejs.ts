import type { Template } from './template.ts';

export const nodejsTemplate: Template = (name, runtime) => ({
  'handler.js': `'use strict';

/** Called once for each request, in a sandbox of its own. */
exports.handle = async (event, context) => {
  const { name = 'world' } = event.data;
  return { greeting: \`Hello, \${name}!\` };
};
`,
  'package.json': `${JSON.stringify({ name, private: true, dependencies: {} }, null, 2)}\n`,
  'functions.yaml': `functions:
  ${name}:
    runtime: ${runtime}
    handler: handler.handle
    from-file: handler.js
    dependencies: package.json
`,
});
