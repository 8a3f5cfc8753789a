<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** System calls on bare descriptors: PHP's streams bring buffers and timeouts of their own, and cannot be made of a listener. */
final class Libc
{
    private const DECLARATIONS = '
        typedef int pid_t;
        struct pollfd { int fd; short events; short revents; };
        int accept4(int, void *, void *, int);
        int close(int);
        int fcntl(int, int, int);
        pid_t fork(void);
        int listen(int, int);
        int bind(int, const char *, unsigned);
        int getsockname(int, char *, unsigned *);
        int poll(struct pollfd *, unsigned long, int);
        long read(int, char *, unsigned long);
        long recv(int, char *, unsigned long, int);
        int setsockopt(int, int, int, const int *, unsigned);
        int shutdown(int, int);
        int socket(int, int, int);
        int socketpair(int, int, int, int *);
        pid_t waitpid(pid_t, int *, int);
        long write(int, const char *, unsigned long);
        int *__errno_location(void);
        void _exit(int);
    ';
    public const EINTR = 4;
    public const READ_SIZE = 65_536;

    private static ?\FFI $ffi = null;
    private static ?\FFI\CData $buffer = null;

    public static function ffi(): \FFI
    {
        return self::$ffi ??= \FFI::cdef(self::DECLARATIONS, 'libc.so.6');
    }

    public static function errno(): int
    {
        return self::ffi()->__errno_location()[0];
    }

    /** Empty at the end of the stream, null where there is an error. */
    public static function read(int $fd): ?string
    {
        $buffer = self::$buffer ??= self::ffi()->new('char[' . self::READ_SIZE . ']');
        do {
            $size = self::ffi()->read($fd, $buffer, self::READ_SIZE);
        } while ($size < 0 && self::errno() === self::EINTR);
        return $size < 0 ? null : \FFI::string($buffer, $size);
    }

    public static function write(int $fd, string $bytes): bool
    {
        while ($bytes !== '') {
            $size = self::ffi()->write($fd, $bytes, strlen($bytes));
            if ($size < 0 && self::errno() !== self::EINTR) {
                return false;
            }
            $bytes = $size === strlen($bytes) ? '' : substr($bytes, max(0, $size));
        }
        return true;
    }

    public static function accept(int $listener): int
    {
        do {
            $fd = self::ffi()->accept4($listener, null, null, 0o2000000 /* SOCK_CLOEXEC */);
        } while ($fd < 0 && self::errno() === self::EINTR);
        return $fd;
    }
}
