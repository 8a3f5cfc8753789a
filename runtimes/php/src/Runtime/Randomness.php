<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** What a fork must draw anew. random_bytes and the like come from the kernel, OpenSSL looks at the process id. */
final class Randomness
{
    private static ?CombinedLcg $lcg = null;

    /** Once, before there are forks. False where their numbers cannot be made different ones. */
    public static function prepare(): bool
    {
        self::$lcg ??= CombinedLcg::find();
        return self::$lcg !== null;
    }

    public static function renew(): void
    {
        mt_srand(random_int(PHP_INT_MIN, PHP_INT_MAX));
        self::$lcg?->renew();
    }
}
