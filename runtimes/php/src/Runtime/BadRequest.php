<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** The caller's fault: `status` and the message are the answer. */
final class BadRequest extends \RuntimeException
{
    public function __construct(string $message, public readonly int $status = 400)
    {
        parent::__construct($message);
    }
}
