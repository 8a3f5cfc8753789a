package Kontain::Runtime::RequestHead;

# Request line and header fields, strictly (RFC 9112 §3, §5): what is ambiguous is refused, never guessed.
use strict;
use warnings;
use Kontain::Runtime::BadRequest ();

use constant LIMIT_BYTES => 1024 * 1024;

my $token = qr/[!#\$%&'*+.^_`|~0-9A-Za-z-]+/;
my $line  = qr{\A($token) ([\x21-\x7e\x80-\xff]+) HTTP/1\.([01])\z};
my $field = qr/\A($token):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)\z/;

# The bytes end with the empty line.
sub parse {
    my ($class, $raw) = @_;
    my ($first, @lines) = split /\r\n/, substr($raw, 0, -4), -1;
    my ($method, $target, $minor_version) = ($first // '') =~ $line or _refuse('The request line is not HTTP/1.1');
    my $fields = parse_fields(@lines);
    my $self = bless { method => $method, target => $target, minor_version => $minor_version, fields => $fields }, $class;
    $self->_check_framing;
    return $self;
}

# Header or trailer lines, without their ends: pairs of name (lower case) and value in the order they came.
sub parse_fields {
    return [
        map {
            my ($name, $value) = /$field/ or _refuse('A header line is malformed');
            $value =~ s/[ \t]+\z//;
            [lc $name, $value]
        } @_
    ];
}

sub method        { return $_[0]{method} }
sub target        { return $_[0]{target} }
sub minor_version { return $_[0]{minor_version} }
sub fields        { return $_[0]{fields} }

# The field's value, repeated ones joined by a comma (RFC 9110 §5.2); undef without one.
sub get {
    my ($self, $name) = @_;
    my @values = map { $_->[0] eq $name ? $_->[1] : () } @{ $self->{fields} };
    return @values ? join($name eq 'cookie' ? '; ' : ', ', @values) : undef;
}

# Refuses every head that two parsers could frame differently (request smuggling).
sub _check_framing {
    my ($self) = @_;
    my %count;
    $count{ $_->[0] }++ for @{ $self->{fields} };
    my ($hosts, $lengths, $codings) = map { $_ // 0 } @count{qw(host content-length transfer-encoding)};
    _refuse('More than one Host header') if $hosts > 1;
    _refuse('More than one header says how long the body is') if $lengths + $codings > 1;
    _refuse('Transfer-Encoding needs HTTP/1.1') if $self->{minor_version} == 0 && $codings;
    return;
}

sub _refuse { die Kontain::Runtime::BadRequest->new(@_) }

1;
