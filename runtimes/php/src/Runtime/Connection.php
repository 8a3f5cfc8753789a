<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** Buffered reads and complete writes over a blocking stream socket. */
final class Connection
{
    /** True once a byte of the response has gone out: from then on an error can only cut the stream. */
    public bool $started = false;
    private string $buffer = '';

    public function __construct(private readonly int $fd)
    {
    }

    /** Everything up to and including the mark; null if it does not come within `limit` bytes. */
    public function readUntil(string $mark, int $limit): ?string
    {
        $searched = 0;
        while (($at = strpos($this->buffer, $mark, $searched)) === false) {
            if (strlen($this->buffer) > $limit) {
                return null;
            }
            $searched = max(0, strlen($this->buffer) - strlen($mark) + 1);
            $this->fill();
        }
        $size = $at + strlen($mark);
        return $size <= $limit ? $this->take($size) : null;
    }

    public function readExactly(int $size): string
    {
        while (strlen($this->buffer) < $size) {
            $this->fill();
        }
        return $this->take($size);
    }

    public function write(string $bytes): void
    {
        $this->started = true;
        if (!Libc::write($this->fd, $bytes)) {
            throw new ConnectionEnded();
        }
    }

    /** A part of the answer that is not the answer itself. */
    public function writeInterim(string $bytes): void
    {
        $this->write($bytes);
        $this->started = false;
    }

    private function fill(): void
    {
        $bytes = Libc::read($this->fd);
        if ($bytes === null || $bytes === '') {
            throw new ConnectionEnded();
        }
        $this->buffer .= $bytes;
    }

    private function take(int $size): string
    {
        $taken = substr($this->buffer, 0, $size);
        $this->buffer = substr($this->buffer, $size);
        return $taken;
    }
}
