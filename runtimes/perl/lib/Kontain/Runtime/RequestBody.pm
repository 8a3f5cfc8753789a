package Kontain::Runtime::RequestBody;

# Reads a request body as the head frames it: Content-Length or chunked (RFC 9112 §6 and §7).
use strict;
use warnings;
use Kontain::Runtime::BadRequest ();
use Kontain::Runtime::RequestHead ();

use constant CHUNK_HEAD_LIMIT_BYTES => 4096;

my $chunk_head = qr/\A([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n\z/;

# The whole body, and its trailers as pairs.
sub read_body {
    my ($connection, $head) = @_;
    my ($coding, $length, $expect) = map { $head->get($_) } qw(transfer-encoding content-length expect);
    return ('', []) if !defined $coding && !defined $length;
    _refuse('Only the chunked transfer coding is understood', 501) if defined $coding && lc $coding ne 'chunked';
    _refuse('Content-Length is not a number') if defined $length && $length !~ /\A[0-9]{1,15}\z/;
    $connection->write_interim("HTTP/1.1 100 Continue\r\n\r\n") if lc($expect // '') eq '100-continue';
    return defined $length ? ($connection->read_exactly($length), []) : _read_chunked($connection);
}

sub _read_chunked {
    my ($connection) = @_;
    my $body = '';
    while (my $size = _read_chunk_size($connection)) {
        $body .= $connection->read_exactly($size);
        _malformed() if $connection->read_exactly(2) ne "\r\n";
    }
    return ($body, _read_trailers($connection));
}

sub _read_chunk_size {
    my ($connection) = @_;
    my $line = $connection->read_until("\r\n", CHUNK_HEAD_LIMIT_BYTES) // '';
    my ($size) = $line =~ $chunk_head or _malformed();
    no warnings 'portable'; # more than 32 bits
    return hex $size;
}

sub _read_trailers {
    my ($connection) = @_;
    my @lines;
    my $left = Kontain::Runtime::RequestHead::LIMIT_BYTES;
    while (1) {
        my $line = $connection->read_until("\r\n", $left) // _refuse('The trailers are too large', 431);
        return Kontain::Runtime::RequestHead::parse_fields(@lines) if $line eq "\r\n";
        push @lines, substr $line, 0, -2;
        $left -= length $line;
    }
}

sub _malformed { return _refuse('A chunk of the body is malformed') }

sub _refuse { die Kontain::Runtime::BadRequest->new(@_) }

1;
