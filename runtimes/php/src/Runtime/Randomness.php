<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** What a fork must draw anew. random_bytes and the like come from the kernel, OpenSSL looks at the process id. */
final class Randomness
{
    public static function renew(): void
    {
        mt_srand(random_int(PHP_INT_MIN, PHP_INT_MAX));
    }
}
