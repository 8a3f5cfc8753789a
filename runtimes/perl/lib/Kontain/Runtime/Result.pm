package Kontain::Runtime::Result;

# From what a handler returns to the response.
use strict;
use warnings;
use Kontain::Runtime::HttpResponse ();
use Kontain::Runtime::Json ();
use Scalar::Util qw(blessed openhandle);

use constant TEXT => 'text/html; charset=UTF-8';
use constant JSON => 'application/json';

# Ours, or that of a Plack which the function brought along.
sub is_response {
    my ($value) = @_;
    return blessed $value && ($value->isa('Kontain::Response') || $value->can('finalize'));
}

sub send_result {
    my ($connection, $method, $minor_version, $value) = @_;
    my ($status, $headers) = (200, []);
    ($status, $headers, $value) = _unwrap($value) while is_response($value);
    my ($type, $kind) = _kind($value);
    push @{$headers}, ['Content-Type', $type] if !grep { lc $_->[0] eq 'content-type' } @{$headers};
    my $response = Kontain::Runtime::HttpResponse->new($connection, $method, $minor_version, $status, $headers);
    return $response->send_complete(_bytes($value)) if $kind eq 'text';
    return $response->send_complete(Kontain::Runtime::Json::encode($value)) if $kind eq 'json';
    return _stream($response, $value);
}

sub _unwrap {
    my ($value) = @_;
    my ($status, $headers, $body) = $value->isa('Kontain::Response')
        ? ($value->status, $value->headers, $value->body)
        : @{ $value->finalize };
    # In PSGI, the array of a body is a list of its parts.
    $body = join '', @{$body} if !$value->isa('Kontain::Response') && ref $body eq 'ARRAY';
    my @pairs = ref $headers eq 'HASH' ? %{$headers} : @{$headers};
    my @headers;
    while (my @pair = splice @pairs, 0, 2) { push @headers, [@pair] }
    return ($status, \@headers, $body);
}

sub _kind {
    my ($value) = @_;
    return (TEXT, 'text') if !ref $value;
    return (TEXT, 'stream') if ref $value eq 'CODE' || openhandle($value);
    return (JSON, 'json') if ref $value eq 'HASH' || ref $value eq 'ARRAY' || blessed $value && $value->can('TO_JSON');
    die 'Unsupported response type: ' . ref($value) . "; return text, a hash, an array, a sub or a file handle\n";
}

# Text that Perl knows as such becomes UTF-8; bytes stay what they are.
sub _bytes {
    my ($value) = @_;
    return '' if !defined $value;
    die 'Unsupported response type: ' . ref($value) . "; a stream yields text\n" if ref $value;
    utf8::encode($value) if utf8::is_utf8($value);
    return $value;
}

# The first chunk comes before the head: a stream that fails at once is a clean 500.
sub _stream {
    my ($response, $source) = @_;
    my $next = ref $source eq 'CODE' ? $source : sub { my $block; return read($source, $block, 65_536) ? $block : undef };
    my $chunk = $next->();
    my $bytes = _bytes($chunk);
    $response->begin;
    return if $response->silent;
    while (defined $chunk) {
        $response->send_chunk($bytes);
        $chunk = $next->();
        $bytes = _bytes($chunk);
    }
    return $response->finish;
}

1;
