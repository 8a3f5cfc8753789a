import type { Template } from './template.ts';

export const javaTemplate: Template = (name, runtime) => ({
  'Handler.java': `package io.kubeless;

public class Handler {
  /** Called once for each request, in a sandbox of its own. */
  public String handle(Event event, Context context) {
    return "Hello, " + event.Data + "!";
  }
}
`,
  'functions.yaml': `functions:
  ${name}:
    runtime: ${runtime}
    handler: Handler.handle
    from-file: Handler.java
`,
});
