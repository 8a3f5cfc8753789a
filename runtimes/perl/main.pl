# The entry point of the image: loads the function, then serves it in the way that the environment asks for.
use strict;
use warnings;
use FindBin ();
use lib "$FindBin::Bin/lib";
use IO::Handle ();
use Kontain::Runtime ();
use POSIX ();

my $code = Kontain::Runtime::run(\%ENV);

# At once: the caller waits for our end, and a forked child owns nothing that needs cleaning up.
STDOUT->flush;
STDERR->flush;
POSIX::_exit($code);
