package Kontain::Runtime::BadRequest;

# The caller's fault: `status` and the message are the answer.
use strict;
use warnings;

sub new {
    my ($class, $message, $status) = @_;
    return bless { message => $message, status => $status // 400 }, $class;
}

sub message { return $_[0]{message} }
sub status  { return $_[0]{status} }

1;
