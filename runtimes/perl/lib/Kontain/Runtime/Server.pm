package Kontain::Runtime::Server;

# Modes without a template: one exchange on an inherited listener, or an ordinary HTTP server on a port.
use strict;
use warnings;
use IO::Handle ();
use Kontain::Runtime::Exchange ();
use POSIX ();
use Socket qw(MSG_PEEK SHUT_WR);
use Time::HiRes ();

use constant PATIENCE_SECONDS => 1;

my $health = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK";

sub serve_one {
    my ($listener_fd, $function) = @_;
    open my $listener, '+<&=', $listener_fd or die "The listening socket $listener_fd cannot be used: $!\n";
    $listener->blocking(1);
    accept my $socket, $listener or die "accept: $!\n";
    close $listener;
    Kontain::Runtime::Exchange::serve($socket, $function);
    return _finish($socket);
}

# Each call has a fork of this process: that is all that is between them. Never returns.
sub serve_port {
    my ($port, $function) = @_;
    require IO::Socket::IP;
    my $listener = IO::Socket::IP->new(LocalHost => '::', LocalPort => $port, V6Only => 0, Listen => 128, ReuseAddr => 1)
        or die "Port $port cannot be listened on: $@\n";
    print 'Listening on port ', $listener->sockport, "\n";
    while (1) {
        my $accepted = accept my $socket, $listener;
        1 while waitpid(-1, POSIX::WNOHANG()) > 0;
        next if !$accepted || fork;
        close $listener;
        srand;
        _serve_connection($socket, $function);
        POSIX::_exit(0);
    }
}

sub _serve_connection {
    my ($socket, $function) = @_;
    recv $socket, my $begin, 13, MSG_PEEK;
    if ($begin eq 'GET /healthz ') {
        sysread $socket, $begin, 65_536;
        syswrite $socket, $health;
    }
    else {
        Kontain::Runtime::Exchange::serve($socket, $function);
    }
    return _finish($socket);
}

# What the caller still sends is read, or the kernel would reset the connection under our answer.
sub _finish {
    my ($socket) = @_;
    shutdown $socket, SHUT_WR;
    my $deadline = Time::HiRes::time() + PATIENCE_SECONDS;
    while ((my $left = $deadline - Time::HiRes::time()) > 0) {
        vec(my $readable = '', fileno $socket, 1) = 1;
        return if select($readable, undef, undef, $left) <= 0 || !sysread $socket, my $rest, 65_536;
    }
    return;
}

1;
