<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** The parts of PSR-7's stream that a body in memory has. */
final class Body
{
    private int $position = 0;

    public function __construct(private readonly string $content)
    {
    }

    public function getSize(): int
    {
        return strlen($this->content);
    }

    public function rewind(): void
    {
        $this->position = 0;
    }

    public function eof(): bool
    {
        return $this->position >= strlen($this->content);
    }

    public function read(int $length): string
    {
        $part = substr($this->content, $this->position, $length);
        $this->position += strlen($part);
        return $part;
    }

    /** What has not been read yet. */
    public function getContents(): string
    {
        return $this->read(strlen($this->content));
    }

    public function __toString(): string
    {
        return $this->content;
    }
}
