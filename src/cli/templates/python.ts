import type { Template } from './template.ts';

export const pythonTemplate: Template = (name, runtime) => ({
  'handler.py': `"""Called once for each request, in a sandbox of its own."""


def handle(event, context):
    data = event["data"]
    name = data.get("name", "world") if isinstance(data, dict) else "world"
    return {"greeting": f"Hello, {name}!"}
`,
  'requirements.txt': '# Packages, one a line: requests==2.32.5\n',
  'functions.yaml': `functions:
  ${name}:
    runtime: ${runtime}
    handler: handler.handle
    from-file: handler.py
    dependencies: requirements.txt
`,
});
