import type { Template } from './template.ts';

export const goTemplate: Template = (name, runtime) => ({
  'handler.go': `package kubeless

import (
\t"fmt"

\t"github.com/kubeless/kubeless/pkg/functions"
)

// Handle is called once for each request, in a sandbox of its own.
func Handle(event functions.Event, context functions.Context) (string, error) {
\treturn fmt.Sprintf("Hello, %s!", event.Data), nil
}
`,
  'go.mod': 'module function\n\ngo 1.19\n',
  'functions.yaml': `functions:
  ${name}:
    runtime: ${runtime}
    handler: handler.Handle
    from-file: handler.go
    dependencies: go.mod
`,
});
