package Kontain::Runtime::Check;

# Before a function is served, its author is told what would keep it from being loaded.
use strict;
use warnings;
use Kontain::Runtime::Function ();

# Only the author can help.
use constant EXIT_REFUSED => 2;

my $is_loading;

# The last line that it prints says what is wrong and what to do.
sub run {
    my ($env) = @_;
    # The function shall not see how it is looked at.
    @ARGV = ();
    $is_loading = 1;
    my $function = eval { Kontain::Runtime::Function->load($env) };
    $is_loading = 0;
    return 0 if $function;
    my $error = "$@";
    print STDERR $error, $error =~ /\n\z/ ? '' : "\n";
    _say(_verdict($error, $env->{KUBELESS_INSTALL_VOLUME} || '/kubeless'));
    return EXIT_REFUSED;
}

sub _say {
    my ($verdict) = @_;
    $verdict =~ s/\s+/ /g;
    print STDERR "$verdict\n";
    return;
}

sub _verdict {
    my ($error, $folder) = @_;
    my ($module) = $error =~ /^Can't locate (\S+?)(?:\.pm)? in \@INC/;
    # "hello.pl, line 3: " of the function's own files, where the error is from one.
    my $place = $error =~ m{ at \Q$folder\E/(\S+) line (\d+)} ? "$1, line $2: " : '';
    if (defined $module) {
        $module =~ s{/}{::}g;
        return "${place}there is no module '$module': add it to the cpanfile (--dependencies), or its file to the source";
    }
    my ($first) = split /\n/, $error;
    $first =~ s{ at \Q$folder\E/\S+ line \d+(?=[,.]|\z)}{};
    return $place . $first;
}

# Also where the file itself ends the process.
END {
    if ($is_loading) {
        _say("The module ends the process while it is loaded (exit code $?): do that in the handler only");
        $? = EXIT_REFUSED;
    }
}

1;
