import type { Template } from './template.ts';

export const phpTemplate: Template = (name, runtime) => ({
  'handler.php': `<?php

/** Called once for each request, in a sandbox of its own. */
function handle($event, $context)
{
    $name = $event->data->name ?? 'world';
    return ['greeting' => "Hello, $name!"];
}
`,
  'composer.json': '{\n  "require": {}\n}\n',
  'functions.yaml': `functions:
  ${name}:
    runtime: ${runtime}
    handler: handler.handle
    from-file: handler.php
    dependencies: composer.json
`,
});
