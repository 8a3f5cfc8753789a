package Kontain::Runtime;

# From the environment to the exit code.
use strict;
use warnings;
use Kontain::Runtime::Function ();

sub run {
    my ($env) = @_;
    my ($template_fd, $stream_fd, $library) = delete @{$env}{qw(KONTAIN_TEMPLATE_FD KONTAIN_STREAM_FD KONTAIN_LIBRARY)};
    $| = 1;
    # A caller that has left is an error of write; a handler, unlike IGNORE, is not passed on to other programs.
    $SIG{PIPE} = sub { };
    return _check($env) if "@ARGV" eq '--check';
    return defined $template_fd ? _template($env, $template_fd, $library) : _server($env, $stream_fd);
}

sub _template {
    my ($env, $control_fd, $library) = @_;
    require Kontain::Runtime::Template;
    return Kontain::Runtime::Template::in_process_of_its_own(
        $control_fd,
        sub {
            my $function = _load($env) or return 1;
            return Kontain::Runtime::Template->new($control_fd, $function, $library)->run;
        }
    );
}

sub _server {
    my ($env, $stream_fd) = @_;
    my $function = _load($env) or return 1;
    require Kontain::Runtime::Server;
    Kontain::Runtime::Server::serve_one($stream_fd, $function) if defined $stream_fd;
    my ($port) = grep { length } map { $_ // '' } @{$env}{qw(PORT FUNC_PORT)}, 8080;
    Kontain::Runtime::Server::serve_port($port, $function) if !defined $stream_fd;
    return 0;
}

sub _check {
    my ($env) = @_;
    require Kontain::Runtime::Check;
    return Kontain::Runtime::Check::run($env);
}

sub _load {
    my ($env) = @_;
    my $function = eval { Kontain::Runtime::Function->load($env) };
    return $function if $function;
    my $error = "$@";
    print STDERR "Cannot load the function: $error", $error =~ /\n\z/ ? '' : "\n";
    return undef;
}

1;
