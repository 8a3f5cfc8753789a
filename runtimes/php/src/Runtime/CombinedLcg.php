<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/**
 * The generator behind lcg_value and uniqid('', true). PHP seeds it once in a process and has no function that seeds it again, so that
 * forks would go on with the same numbers. Its state is a variable that PHP's program exports.
 */
final class CombinedLcg
{
    /** The beginnings of what ext/random/php_random.h has. */
    private const VERSION = '8.2';
    private const DECLARATIONS = '
        typedef struct { size_t last_generated_size; int32_t *state; } php_random_status;
        typedef struct { php_random_status *combined_lcg; bool combined_lcg_seeded; } zend_random_globals;
        extern zend_random_globals random_globals;
    ';
    // L'Ecuyer 1988.
    private const MODULI = [2_147_483_563, 2_147_483_399];
    private const FACTORS = [40_014, 40_692];
    private const SCALE = 4.656613e-10;

    private function __construct(private readonly \FFI $program)
    {
    }

    /** Null where this build of PHP has its state elsewhere. */
    public static function find(): ?self
    {
        if (!str_starts_with(PHP_VERSION, self::VERSION . '.') || PHP_ZTS) {
            return null;
        }
        try {
            $found = new self(\FFI::cdef(self::DECLARATIONS));
        } catch (\FFI\Exception) {
            return null;
        }
        $found->seed([2, 1]);
        $expected = (2 * self::FACTORS[0] - self::FACTORS[1]) * self::SCALE;
        $isIt = abs(lcg_value() - $expected) < self::SCALE / 2;
        $found->renew();
        return $isIt ? $found : null;
    }

    public function renew(): void
    {
        $this->seed(array_map(static fn (int $modulus): int => random_int(1, $modulus - 1), self::MODULI));
    }

    /** @param array{int, int} $state */
    private function seed(array $state): void
    {
        $globals = $this->program->random_globals;
        [$globals->combined_lcg->state[0], $globals->combined_lcg->state[1]] = $state;
        $globals->combined_lcg_seeded = true;
    }
}
