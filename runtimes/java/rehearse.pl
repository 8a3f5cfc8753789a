# Has the runtime take one call, as in a sandbox: on a listening socket that is its descriptor 0. Usage: rehearse.pl PROGRAM...
use strict;
use Socket;

my $path = "/tmp/rehearsal.$$";
my ($listener, $call);
socket($listener, PF_UNIX, SOCK_STREAM, 0) and bind($listener, pack_sockaddr_un($path)) and listen($listener, 1) or die $!;
my $pid = fork;
if ($pid == 0) {
  open(STDIN, '<&', $listener) or die $!;
  $ENV{KONTAIN_STREAM_FD} = 0;
  exec(@ARGV) or die $!;
}
socket($call, PF_UNIX, SOCK_STREAM, 0) and connect($call, pack_sockaddr_un($path)) or die $!;
syswrite($call, "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi");
my $answer = '';
while (sysread($call, my $piece, 65536)) { $answer .= $piece }
waitpid($pid, 0);
unlink $path;
die "not answered: $answer" unless $answer =~ /^HTTP\/1\.1 200 OK\r\n.*hello/s;
