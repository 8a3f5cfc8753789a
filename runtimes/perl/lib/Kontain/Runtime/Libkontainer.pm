package Kontain::Runtime::Libkontainer;

# libkontainer, which forks this warmed process into a new sandbox for each call (src/kontainer/native/kontainer.h).
use strict;
use warnings;
use FFI::Platypus ();

use constant DEFAULT_PATH => '/opt/kontain/lib/libkontainer.so';

sub new {
    my ($class, $path) = @_;
    my $ffi = FFI::Platypus->new(api => 2, lib => $path // DEFAULT_PATH);
    my %functions = (
        kontainer_fork_begin        => [['int', 'int'], 'int'],
        kontainer_fork_end          => [['int'], 'void'],
        kontainer_accept            => [[], 'int'],
        kontainer_finish            => [['int'], 'void'],
        kontainer_rehearsal_prepare => [[], 'int'],
        kontainer_rehearsal_forked  => [['int'], 'int'],
        kontainer_rehearsal_end     => [[], 'void'],
    );
    my %self = map { (s/kontainer_//r => $ffi->function($_ => @{ $functions{$_} })) } keys %functions;
    return bless \%self, $class;
}

# Forks a child for each call until none has come for so long; -1 is for ever. True in a child, where it already is in its
# sandbox; false in the parent.
sub serve {
    my ($self, $control_fd, $timeout_ms) = @_;
    my $result;
    while (($result = $self->{fork_begin}->call($control_fd, $timeout_ms)) == 0) {
        my $pid = fork // -1;
        $self->{fork_end}->call($pid);
        return 1 if $pid == 0;
    }
    die "kontainer_fork_begin: $!\n" if $result < 0;
    return 0;
}

# Runs an exchange in a fork, so that later forks know which pages it writes.
sub rehearse {
    my ($self, $exchange) = @_;
    return if $self->{rehearsal_prepare}->call != 0;
    return if $self->{rehearsal_forked}->call(fork // -1) != 0;
    $exchange->();
    return $self->{rehearsal_end}->call;
}

# Says that this child is ready; returns the call's stream socket once there is a call.
sub accept_call {
    my ($self) = @_;
    my $fd = $self->{accept}->call;
    die "kontainer_accept: $!\n" if $fd < 0;
    open my $socket, '+<&=', $fd or die "The stream $fd cannot be used: $!\n";
    return $socket;
}

# Ends the stream so that the caller gets all of the answer, whatever it still sends.
sub finish {
    my ($self, $socket) = @_;
    return $self->{finish}->call(fileno $socket);
}

1;
