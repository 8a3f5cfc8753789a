<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** Modes without a template: one exchange on an inherited listener, or an ordinary HTTP server on a port. */
final class Server
{
    private const HEALTH = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK";
    private const PATIENCE_SECONDS = 1.0;
    private const AF_INET6 = 10;
    private const SOCK_STREAM = 1;
    private const F_SETFL = 4;
    private const POLLIN = 1;

    public static function serveOne(int $listener, UserFunction $function): void
    {
        $libc = Libc::ffi();
        $libc->fcntl($listener, self::F_SETFL, 0);
        $fd = Libc::accept($listener);
        if ($fd < 0) {
            throw new \RuntimeException('accept failed with errno ' . Libc::errno());
        }
        $libc->close($listener);
        Exchange::serve($fd, $function);
        self::finish($fd);
    }

    /** Each call has a fork of this process: that is all that is between them. */
    public static function servePort(int $port, UserFunction $function): never
    {
        $libc = Libc::ffi();
        [$listener, $actual] = self::listen($port);
        echo "Listening on port $actual\n";
        Randomness::prepare();
        while (true) {
            $fd = Libc::accept($listener);
            while ($libc->waitpid(-1, null, 1 /* WNOHANG */) > 0) {
                continue;
            }
            if ($fd >= 0 && $libc->fork() === 0) {
                $libc->close($listener);
                Randomness::renew();
                self::serveConnection($fd, $function);
                $libc->_exit(0);
            }
            if ($fd >= 0) {
                $libc->close($fd);
            }
        }
    }

    /** @return array{int, int} descriptor and port */
    private static function listen(int $port): array
    {
        $libc = Libc::ffi();
        $listener = $libc->socket(self::AF_INET6, self::SOCK_STREAM, 0);
        $yes = $libc->new('int');
        $yes->cdata = 1;
        $libc->setsockopt($listener, 1 /* SOL_SOCKET */, 2 /* SO_REUSEADDR */, \FFI::addr($yes), 4);
        // struct sockaddr_in6 (ipv6(7)): family in the machine's order, port in the network's, all addresses.
        $address = pack('Sn', self::AF_INET6, $port) . str_repeat("\0", 24);
        if ($libc->bind($listener, $address, strlen($address)) < 0 || $libc->listen($listener, 128) < 0) {
            throw new \RuntimeException("Port $port cannot be listened on: errno " . Libc::errno());
        }
        $name = $libc->new('char[28]');
        $size = $libc->new('unsigned');
        $size->cdata = 28;
        $libc->getsockname($listener, $name, \FFI::addr($size));
        return [$listener, unpack('n', \FFI::string($name, 28), 2)[1]];
    }

    private static function serveConnection(int $fd, UserFunction $function): void
    {
        $begin = Libc::ffi()->new('char[13]');
        $size = Libc::ffi()->recv($fd, $begin, 13, 2 /* MSG_PEEK */);
        if ($size === 13 && \FFI::string($begin, 13) === 'GET /healthz ') {
            Libc::read($fd);
            Libc::write($fd, self::HEALTH);
        } else {
            Exchange::serve($fd, $function);
        }
        self::finish($fd);
    }

    /** What the caller still sends is read, or the kernel would reset the connection under our answer. */
    private static function finish(int $fd): void
    {
        $libc = Libc::ffi();
        $libc->shutdown($fd, 1 /* SHUT_WR */);
        $poll = $libc->new('struct pollfd');
        [$poll->fd, $poll->events] = [$fd, self::POLLIN];
        $deadline = hrtime(true) / 1e9 + self::PATIENCE_SECONDS;
        while (($left = $deadline - hrtime(true) / 1e9) > 0) {
            if ($libc->poll(\FFI::addr($poll), 1, (int) ceil($left * 1000)) <= 0 || (Libc::read($fd) ?? '') === '') {
                return;
            }
        }
    }
}
