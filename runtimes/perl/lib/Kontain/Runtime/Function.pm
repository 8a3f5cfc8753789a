package Kontain::Runtime::Function;

# The user's function: where it is, how it is loaded, what it is called with (Kubeless' conventions).
use strict;
use warnings;
use Kontain::Runtime::Json ();
use Scalar::Util ();

# Runs the user's file. Whatever it dies of goes to the caller as it is.
sub load {
    my ($class, $env) = @_;
    my $folder = $env->{KUBELESS_INSTALL_VOLUME} || '/kubeless';
    my ($module, $name) = map { _required($env, $_) } qw(MOD_NAME FUNC_HANDLER);
    my $path = "$folder/$module.pl";
    -f $path or die "There is no module '$module' in $folder: add $module.pl, or change the handler. It has: "
        . _listed(map { m{([^/]+)\z} } glob "$folder/*.pl") . "\n";
    unshift @INC, $folder, "$folder/lib/perl5";
    my $handler = _evaluate($path, $module, $name);
    return $class->new($handler, _context($env, $name));
}

sub new {
    my ($class, $handler, $context) = @_;
    return bless { handler => $handler, context => $context }, $class;
}

sub call {
    my ($self, $request) = @_;
    return scalar $self->{handler}->(_event($request), { %{ $self->{context} } });
}

# The function is in the package of its module's name, or in none.
sub _evaluate {
    my ($path, $module, $name) = @_;
    require File::Spec;
    my %before = %main::;
    _run(File::Spec->rel2abs($path));
    no strict 'refs';
    for my $package ($module =~ /\A\w+\z/ ? $module : (), 'main') {
        return \&{"${package}::$name"} if defined &{"${package}::$name"};
    }
    my $has = _listed(grep { defined &{"main::$_"} && !$before{$_} } keys %main::);
    die "The module '$module' has no function '$name': define it, or change the handler. It has: $has\n";
}

sub _listed {
    my @names = sort @_;
    return join(', ', @names > 20 ? @names[0 .. 19] : @names) || 'none';
}

sub _run {
    my ($path) = @_;
    package main;
    do $path;
    die $@ if $@;
    return;
}

sub _required {
    my ($env, $name) = @_;
    return $env->{$name} || die "$name is not set: the handler is <MOD_NAME>.<FUNC_HANDLER>\n";
}

sub _context {
    my ($env, $name) = @_;
    my $timeout = $env->{FUNC_TIMEOUT} || 180;
    Scalar::Util::looks_like_number($timeout) or die "FUNC_TIMEOUT is not a number of seconds: '$timeout'\n";
    return {
        'function-name' => $name,
        timeout         => $timeout + 0,
        runtime         => $env->{FUNC_RUNTIME},
        'memory-limit'  => $env->{FUNC_MEMORY_LIMIT},
    };
}

sub _event {
    my ($request) = @_;
    return {
        data => $request->media_type eq 'application/json' ? Kontain::Runtime::Json::decode($request->content) : $request->content,
        extensions => { request => $request },
        map { ("event-$_" => $request->header("event-$_")) } qw(id type time namespace),
    };
}

1;
