<?php
declare(strict_types=1);

namespace Kontain;

/**
 * An answer with its own status and headers; return it, or throw it from anywhere in the handler.
 *
 * The body may be whatever a handler may return. A header's value may be an array: one line each.
 */
final class Response extends \RuntimeException
{
    /** @param array<string, string|list<string>> $headers */
    public function __construct(
        public readonly mixed $body = null,
        public readonly int $status = 200,
        public readonly array $headers = [],
    ) {
        parent::__construct("response with status $status");
    }
}
