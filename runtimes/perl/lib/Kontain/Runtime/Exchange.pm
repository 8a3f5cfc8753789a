package Kontain::Runtime::Exchange;

# One request in, one response out.
use strict;
use warnings;
use Kontain::Runtime::BadRequest ();
use Kontain::Runtime::Connection ();
use Kontain::Runtime::Request ();
use Kontain::Runtime::RequestBody ();
use Kontain::Runtime::RequestHead ();
use Kontain::Runtime::Result ();
use Scalar::Util qw(blessed);

# Serves one exchange on a blocking stream socket, which stays open.
sub serve {
    my ($socket, $function) = @_;
    my $self = bless {
        connection => Kontain::Runtime::Connection->new($socket), method => 'GET', minor_version => 1,
    }, __PACKAGE__;
    eval { $self->_serve($function); 1 } or $self->_failed($@);
    return;
}

sub _serve {
    my ($self, $function) = @_;
    my $request = $self->_read_request;
    my $answered = eval { $self->_answer($function->call($request)); 1 };
    return if $answered;
    my $error = $@;
    # A response that is thrown is one, unless another has begun.
    die $error if $self->{connection}->started || !Kontain::Runtime::Result::is_response($error);
    return $self->_answer($error);
}

sub _read_request {
    my ($self) = @_;
    my $raw = $self->{connection}->read_until("\r\n\r\n", Kontain::Runtime::RequestHead::LIMIT_BYTES)
        // die Kontain::Runtime::BadRequest->new('The request head is too large', 431);
    my $head = Kontain::Runtime::RequestHead->parse($raw);
    my ($body, $trailers) = Kontain::Runtime::RequestBody::read_body($self->{connection}, $head);
    @{$self}{qw(method minor_version)} = ($head->method, $head->minor_version);
    return Kontain::Runtime::Request->new($head, $body, $trailers);
}

sub _answer {
    my ($self, $result) = @_;
    return Kontain::Runtime::Result::send_result(@{$self}{qw(connection method minor_version)}, $result);
}

sub _failed {
    my ($self, $error) = @_;
    # Nobody is left to answer.
    return if blessed $error && $error->isa('Kontain::Runtime::ConnectionEnded');
    return $self->_refuse($error->status, $error->message) if blessed $error && $error->isa('Kontain::Runtime::BadRequest');
    print STDERR "The function failed:\n$error", "$error" =~ /\n\z/ ? '' : "\n";
    return $self->_refuse(500, 'Internal Server Error');
}

sub _refuse {
    my ($self, $status, $message) = @_;
    return if $self->{connection}->started;
    my $headers = [['Content-Type', 'text/plain; charset=utf-8']];
    my @framing = @{$self}{qw(connection method minor_version)};
    eval { Kontain::Runtime::HttpResponse->new(@framing, $status, $headers)->send_complete("$message\n") };
    return;
}

1;
