<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** The parts of PSR-7's URI that a request has. */
final class Uri
{
    public function __construct(
        private readonly string $scheme,
        private readonly string $authority,
        private readonly string $target,
    ) {
    }

    public function getScheme(): string
    {
        return $this->scheme;
    }

    public function getAuthority(): string
    {
        return $this->authority;
    }

    public function getHost(): string
    {
        return preg_replace('/:\d*\z/', '', $this->authority);
    }

    public function getPort(): ?int
    {
        return preg_match('/:(\d+)\z/', $this->authority, $match) === 1 ? (int) $match[1] : null;
    }

    public function getPath(): string
    {
        return explode('?', $this->target, 2)[0];
    }

    public function getQuery(): string
    {
        return explode('?', $this->target, 2)[1] ?? '';
    }

    public function __toString(): string
    {
        return "{$this->scheme}://{$this->authority}{$this->target}";
    }
}
