package Kontain::Runtime::Template;

# Template mode: a process that has loaded the function and is forked for every call.
use strict;
use warnings;
use Kontain::Runtime::Exchange ();
use Kontain::Runtime::Function ();
use Kontain::Runtime::Libkontainer ();
use POSIX ();
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC);

# A template that can not be forked safely; the platform then starts the function for each call.
use constant EXIT_NOT_FORKABLE => 75;
use constant WARM_UP_ROUNDS    => 20;

my @warm_up_requests = (
    "GET /warm?a=b HTTP/1.1\r\nHost: warm\r\nAccept: */*\r\nX-Request-Id: warm\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: warm\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\":\"b\"}",
    "POST / HTTP/1.1\r\nHost: warm\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
);
# Our own code, none of the user's.
my @functions = map { Kontain::Runtime::Function->new($_, {}) } (
    sub {
        my $request = $_[0]{extensions}{request};
        return join ' ', $request->method, $request->uri, $request->path, %{ $request->headers }, %{ $request->parameters };
    },
    sub { return { a => [1, 'b', undef] } },
    sub { my @chunks = qw(a b); return sub { shift @chunks } },
);

# Every fork is process 1 of its namespace, as is the container's first process: modules that keep a connection could not tell
# one from the other. So the template is another process than the first, which waits for it and ends as it does.
sub in_process_of_its_own {
    my ($control_fd, $work) = @_;
    my $pid = fork // die "fork: $!\n";
    return $work->() if $pid == 0;
    POSIX::close($control_fd);
    waitpid $pid, 0;
    return $? & 127 ? 128 + ($? & 127) : $? >> 8;
}

sub new {
    my ($class, $control_fd, $function, $library_path) = @_;
    return bless { control_fd => $control_fd, function => $function, library_path => $library_path }, $class;
}

# Returns the child's exit code; the parent never returns.
sub run {
    my ($self) = @_;
    return EXIT_NOT_FORKABLE if _has_threads();
    $self->{library} = Kontain::Runtime::Libkontainer->new($self->{library_path});
    my $early = $self->_fork_while_warming;
    $self->_fork_for_ever if !$early;
    $self->_serve_call($early);
    return 0;
}

# Those of a library count, too.
sub _has_threads {
    my $count = () = glob '/proc/self/task/*';
    return 0 if $count == 1;
    print STDERR 'The module has started threads (', $count - 1, "), which a fork would lose\n";
    return 1;
}

# The first caller waits already, and others may come: they get a cold child rather than none. True in a child.
sub _fork_while_warming {
    my ($self) = @_;
    return 1 if $self->{library}->serve($self->{control_fd}, 0);
    for my $function (@functions) {
        for (1 .. WARM_UP_ROUNDS) { _exchange($_, $function) for @warm_up_requests }
        return 1 if $self->{library}->serve($self->{control_fd}, 0);
    }
    return 0;
}

sub _fork_for_ever {
    my ($self) = @_;
    $self->{library}->rehearse(sub { _renew_randomness(); _exchange($warm_up_requests[0], $functions[0]) });
    return $self->{library}->serve($self->{control_fd}, -1);
}

sub _serve_call {
    my ($self, $early) = @_;
    _renew_randomness();
    # Touches the memory that the call will touch: those page faults are then over when it comes. An early one waits.
    _exchange($warm_up_requests[0], $functions[0]) if !$early;
    my $socket = $self->{library}->accept_call;
    Kontain::Runtime::Exchange::serve($socket, $self->{function});
    return $self->{library}->finish($socket);
}

sub _exchange {
    my ($request, $function) = @_;
    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "socketpair: $!\n";
    syswrite $ours, $request;
    return Kontain::Runtime::Exchange::serve($theirs, $function);
}

# OpenSSL finds a fork out by the process id, which may be 1 in both.
sub _renew_randomness {
    srand;
    return if !$INC{'Net/SSLeay.pm'};
    open my $source, '<:raw', '/dev/urandom' or return;
    read $source, my $bytes, 32;
    Net::SSLeay::RAND_seed($bytes);
    return;
}

1;
