package Kontain::Response;

# An answer with its own status and headers: `use Kontain::Response`; return it, or die with it anywhere in the handler.
use strict;
use warnings;

# The body may be whatever a handler may return. Options: status, headers (a hash or a list of pairs; a value may be a list: one
# line each).
sub new {
    my ($class, $body, %options) = @_;
    return bless { body => $body, status => $options{status} // 200, headers => $options{headers} // {} }, $class;
}

sub body    { return $_[0]{body} }
sub status  { return $_[0]{status} }
sub headers { return $_[0]{headers} }

1;
