package Kontain::Runtime::Connection;

# Buffered reads and complete writes over a blocking stream socket.
use strict;
use warnings;
use Errno qw(EINTR);

use constant READ_SIZE => 65_536;

# The peer is gone, or closed its side before what we were waiting for had come.
our $ENDED = bless {}, 'Kontain::Runtime::ConnectionEnded';

sub new {
    my ($class, $socket) = @_;
    return bless { socket => $socket, buffer => '', started => 0 }, $class;
}

# True once a byte of the response has gone out: from then on an error can only cut the stream.
sub started { return $_[0]{started} }

# Everything up to and including the mark; undef if it does not come within `limit` bytes.
sub read_until {
    my ($self, $mark, $limit) = @_;
    my ($searched, $at) = (0, -1);
    while (($at = index $self->{buffer}, $mark, $searched) < 0) {
        return undef if length $self->{buffer} > $limit;
        $searched = length($self->{buffer}) - length($mark) + 1;
        $searched = 0 if $searched < 0;
        $self->_fill;
    }
    my $size = $at + length $mark;
    return $size <= $limit ? substr($self->{buffer}, 0, $size, '') : undef;
}

sub read_exactly {
    my ($self, $size) = @_;
    $self->_fill while length $self->{buffer} < $size;
    return substr $self->{buffer}, 0, $size, '';
}

sub write {
    my ($self, @parts) = @_;
    $self->{started} = 1;
    my $bytes = @parts == 1 ? $parts[0] : join '', @parts;
    my $offset = 0;
    while ($offset < length $bytes) {
        my $written = syswrite $self->{socket}, $bytes, length($bytes) - $offset, $offset;
        if    (defined $written)  { $offset += $written }
        elsif ($! != EINTR)       { die $ENDED }
    }
    return;
}

# A part of the answer that is not the answer itself.
sub write_interim {
    my ($self, $bytes) = @_;
    $self->write($bytes);
    $self->{started} = 0;
    return;
}

sub _fill {
    my ($self) = @_;
    my $size;
    do { $size = sysread $self->{socket}, $self->{buffer}, READ_SIZE, length $self->{buffer} } until defined $size || $! != EINTR;
    die $ENDED if !$size;
    return;
}

1;
