package Kontain::Runtime::Json;

# JSON through whichever module the function has brought along, else the quick one of the image, else Perl's own.
use strict;
use warnings;
use Kontain::Runtime::BadRequest ();

my $codec;

sub _codec {
    return $codec if $codec;
    for my $class (qw(Cpanel::JSON::XS JSON::PP)) {
        (my $file = "$class.pm") =~ s{::}{/}g;
        eval { require $file } or next;
        return $codec = $class->new->utf8->allow_nonref->convert_blessed;
    }
    die 'There is no JSON module';
}

# undef for nothing.
sub decode {
    my ($bytes) = @_;
    return undef if $bytes eq '';
    my $value = eval { [_codec()->decode($bytes)] };
    return $value->[0] if $value;
    die Kontain::Runtime::BadRequest->new('The body is not valid JSON, which its Content-Type says it is');
}

sub encode { return _codec()->encode($_[0]) }

1;
