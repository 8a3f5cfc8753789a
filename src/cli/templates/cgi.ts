import type { Template } from './template.ts';

export const cgiTemplate: Template = (name, runtime) => ({
  'handler.sh': `#!/bin/sh
# Started once for each request, in a sandbox of its own: CGI (RFC 3875). Any program will do, in any language.
printf 'Content-Type: text/plain\\n\\n'
echo "Hello, \${QUERY_STRING:-world}!"
`,
  'functions.yaml': `functions:
  ${name}:
    runtime: ${runtime}
    handler: handler.run
    from-file: handler.sh
`,
});
