import type { Template } from './template.ts';

export const perlTemplate: Template = (name, runtime) => ({
  'handler.pl': `use strict;
use warnings;

# Called once for each request, in a sandbox of its own.
sub handle {
    my ($event, $context) = @_;
    my $data = $event->{data};
    my $name = ref $data eq 'HASH' ? $data->{name} // 'world' : 'world';
    return { greeting => "Hello, $name!" };
}
`,
  cpanfile: `# requires 'HTTP::Tiny', '0.082';
`,
  'functions.yaml': `functions:
  ${name}:
    runtime: ${runtime}
    handler: handler.handle
    from-file: handler.pl
    dependencies: cpanfile
`,
});
