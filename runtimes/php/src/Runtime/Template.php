<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** Template mode: a process that has loaded the function and is forked for every call. */
final class Template
{
    /** A template that can not be forked safely; the platform then starts the function for each call. */
    private const EXIT_NOT_FORKABLE = 75;
    private const WARM_UP_ROUNDS = 20;
    private const WARM_UP_REQUESTS = [
        "GET /warm?a=b HTTP/1.1\r\nHost: warm\r\nAccept: */*\r\nX-Request-Id: warm\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: warm\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\":\"b\"}",
        "POST / HTTP/1.1\r\nHost: warm\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    ];

    private readonly Libkontainer $library;
    /** @var list<UserFunction> our own code, none of the user's */
    private readonly array $functions;

    public function __construct(private readonly int $control, private readonly UserFunction $function, ?string $library)
    {
        $this->library = new Libkontainer($library);
        $this->functions = array_map(static fn (\Closure $handler) => new UserFunction($handler, []), [
            static function (object $event): string {
                $request = $event->extensions->request;
                return "{$request->getMethod()} {$request->getUri()} " . json_encode([$request->getHeaders(), $request->getQueryParams()]);
            },
            static fn (): array => ['a' => [1, 'b', null]],
            static function (): \Generator {
                yield 'a';
                yield 'b';
            },
        ]);
    }

    /**
     * Every fork is process 1 of its namespace, as is the container's first process: OpenSSL, for one, could not tell one from
     * the other. So the template is another process than the first, which waits for it and ends as it does.
     */
    public static function inProcessOfItsOwn(int $control, \Closure $work): int
    {
        $libc = Libc::ffi();
        $pid = $libc->fork();
        if ($pid === 0) {
            return $work();
        }
        $libc->close($control);
        $status = $libc->new('int');
        while ($libc->waitpid($pid, \FFI::addr($status), 0) < 0 && Libc::errno() === Libc::EINTR) {
            continue;
        }
        $signal = $status->cdata & 127;
        return $signal > 0 ? 128 + $signal : $status->cdata >> 8;
    }

    /** Returns the child's exit code; the parent never returns. */
    public function run(): int
    {
        if (self::hasThreads() || !self::canRenewNumbers()) {
            return self::EXIT_NOT_FORKABLE;
        }
        $early = $this->forkWhileWarming();
        if (!$early) {
            $this->forkForEver();
        }
        $this->serveCall($early);
        return 0;
    }

    /** PHP has none, but a library may. */
    private static function hasThreads(): bool
    {
        $count = count(glob('/proc/self/task/*') ?: ['']);
        if ($count > 1) {
            fwrite(STDERR, 'The module has started threads (' . ($count - 1) . "), which a fork would lose\n");
        }
        return $count > 1;
    }

    private static function canRenewNumbers(): bool
    {
        if (Randomness::prepare()) {
            return true;
        }
        fwrite(STDERR, "This build of PHP has the state of lcg_value elsewhere, and it would be the same in each fork\n");
        return false;
    }

    /** The first caller waits already, and others may come: they get a cold child rather than none. True in a child. */
    private function forkWhileWarming(): bool
    {
        if ($this->library->serve($this->control, 0)) {
            return true;
        }
        Randomness::renew();
        foreach ($this->functions as $function) {
            for ($round = 0; $round < self::WARM_UP_ROUNDS; $round++) {
                array_map(static fn (string $request) => self::exchange($request, $function), self::WARM_UP_REQUESTS);
            }
            if ($this->library->serve($this->control, 0)) {
                return true;
            }
        }
        return false;
    }

    private function forkForEver(): void
    {
        gc_collect_cycles();
        $this->library->rehearse(function (): void {
            Randomness::renew();
            self::exchange(self::WARM_UP_REQUESTS[0], $this->functions[0]);
        });
        $this->library->serve($this->control, -1);
    }

    private function serveCall(bool $early): void
    {
        Randomness::renew();
        // Touches the memory that the call will touch: those page faults are then over when it comes. An early one waits.
        if (!$early) {
            self::exchange(self::WARM_UP_REQUESTS[0], $this->functions[0]);
        }
        $fd = $this->library->accept();
        Exchange::serve($fd, $this->function);
        $this->library->finish($fd);
    }

    private static function exchange(string $request, UserFunction $function): void
    {
        $libc = Libc::ffi();
        $ends = $libc->new('int[2]');
        $libc->socketpair(1 /* AF_UNIX */, 1 /* SOCK_STREAM */, 0, $ends);
        Libc::write($ends[0], $request);
        Exchange::serve($ends[1], $function);
        $libc->close($ends[0]);
        $libc->close($ends[1]);
    }
}
