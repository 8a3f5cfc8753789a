<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** libkontainer, which forks this warmed process into a new sandbox for each call (src/kontainer/native/kontainer.h). */
final class Libkontainer
{
    private const DEFAULT_PATH = '/opt/kontain/lib/libkontainer.so';
    private const DECLARATIONS = '
        int kontainer_template_serve(int, int);
        int kontainer_accept(void);
        int kontainer_rehearsal_begin(void);
        void kontainer_rehearsal_end(void);
        void kontainer_finish(int);
    ';

    private readonly \FFI $ffi;

    public function __construct(?string $path)
    {
        $this->ffi = \FFI::cdef(self::DECLARATIONS, $path ?? self::DEFAULT_PATH);
    }

    /**
     * Forks a child for each call until none has come for so long; -1 is for ever. True in a child, where it already is in its
     * sandbox; false in the parent.
     */
    public function serve(int $control, int $timeoutMs): bool
    {
        $result = $this->ffi->kontainer_template_serve($control, $timeoutMs);
        return $result < 0 ? throw new \RuntimeException('kontainer_template_serve: errno ' . Libc::errno()) : $result === 0;
    }

    /** Runs an exchange in a fork, so that later forks know which pages it writes. */
    public function rehearse(\Closure $exchange): void
    {
        if ($this->ffi->kontainer_rehearsal_begin() === 0) {
            $exchange();
            $this->ffi->kontainer_rehearsal_end();
        }
    }

    /** Says that this child is ready; returns the call's stream socket once there is a call. */
    public function accept(): int
    {
        $fd = $this->ffi->kontainer_accept();
        return $fd >= 0 ? $fd : throw new \RuntimeException('kontainer_accept: errno ' . Libc::errno());
    }

    /** Ends the stream so that the caller gets all of the answer, whatever it still sends. */
    public function finish(int $fd): void
    {
        $this->ffi->kontainer_finish($fd);
    }
}
