package Kontain::Runtime::HttpResponse;

# Status line, headers and body framing of the one response (RFC 9110, RFC 9112).
use strict;
use warnings;

my %reasons = (
    200 => 'OK', 201 => 'Created', 202 => 'Accepted', 204 => 'No Content', 206 => 'Partial Content', 301 => 'Moved Permanently',
    302 => 'Found', 303 => 'See Other', 304 => 'Not Modified', 307 => 'Temporary Redirect', 308 => 'Permanent Redirect',
    400 => 'Bad Request', 401 => 'Unauthorized', 403 => 'Forbidden', 404 => 'Not Found', 405 => 'Method Not Allowed',
    409 => 'Conflict', 410 => 'Gone', 413 => 'Content Too Large', 422 => 'Unprocessable Content', 429 => 'Too Many Requests',
    431 => 'Request Header Fields Too Large', 500 => 'Internal Server Error', 501 => 'Not Implemented', 502 => 'Bad Gateway',
    503 => 'Service Unavailable', 504 => 'Gateway Timeout',
);
# We frame the message ourselves, and the connection serves one exchange only.
my %ours = map { ($_ => 1) } qw(connection content-length transfer-encoding keep-alive upgrade te trailer);

# Headers: a list of pairs.
sub new {
    my ($class, $connection, $method, $minor_version, $status, $headers) = @_;
    $status =~ /\A[2-9][0-9]{2}\z/ or die "'$status' is not a final HTTP status\n";
    my $has_body = $status != 204 && $status != 304;
    return bless {
        connection => $connection,
        has_body   => $has_body,
        silent     => $method eq 'HEAD' || !$has_body,
        chunked    => $minor_version > 0 && $has_body,
        head       => ["HTTP/1.1 $status " . ($reasons{$status} // 'Unknown'), map { _lines(@{$_}) } @{$headers}],
    }, $class;
}

# Whether nothing but the head is sent.
sub silent { return $_[0]{silent} }

sub send_complete {
    my ($self, $body) = @_;
    my $head = $self->_head($self->{has_body} ? 'Content-Length: ' . length $body : ());
    $self->{connection}->write($head, $self->{silent} ? () : $body);
    return;
}

# A response whose length is not known when it begins; `finish` makes it complete, leaving it out shows it is not.
sub begin {
    my ($self) = @_;
    $self->{connection}->write($self->_head($self->{chunked} ? 'Transfer-Encoding: chunked' : ()));
    return;
}

sub send_chunk {
    my ($self, $chunk) = @_;
    return if $self->{silent} || $chunk eq '';
    $self->{connection}->write($self->{chunked} ? (sprintf("%x\r\n", length $chunk), $chunk, "\r\n") : $chunk);
    return;
}

sub finish {
    my ($self) = @_;
    $self->{connection}->write("0\r\n\r\n") if $self->{chunked} && !$self->{silent};
    return;
}

sub _head {
    my ($self, @framing) = @_;
    return join "\r\n", @{ $self->{head} }, @framing, "Connection: close\r\n\r\n";
}

sub _lines {
    my ($name, $values) = @_;
    return if $ours{ lc $name };
    return map { _line($name, $_) } ref $values eq 'ARRAY' ? @{$values} : $values;
}

sub _line {
    my ($name, $value) = @_;
    utf8::encode($value) if utf8::is_utf8($value);
    return "$name: $value" if $name =~ /\A[!#\$%&'*+.^_`|~0-9A-Za-z-]+\z/ && $value =~ /\A[^\x00-\x08\x0a-\x1f\x7f]*\z/;
    $name =~ s/[^\x20-\x7e]/?/g;
    die "The response header '$name' holds characters that HTTP does not allow\n";
}

1;
