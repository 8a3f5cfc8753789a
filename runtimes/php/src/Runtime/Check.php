<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** Before a function is served, its author is told what would keep it from being loaded. */
final class Check
{
    /** Only the author can help. */
    private const EXIT_REFUSED = 2;

    private static bool $isLoading = true;

    /** The last line that it prints says what is wrong and what to do. */
    public static function run(): int
    {
        // The function shall not see how it is looked at.
        $_SERVER['argv'] = $GLOBALS['argv'] = array_slice($_SERVER['argv'], 0, 1);
        $_SERVER['argc'] = $GLOBALS['argc'] = 1;
        register_shutdown_function(self::endedEarly(...));
        $verdict = self::verdict(getenv('KUBELESS_INSTALL_VOLUME') ?: '/kubeless');
        self::$isLoading = false;
        if ($verdict === null) {
            return 0;
        }
        self::say($verdict);
        return self::EXIT_REFUSED;
    }

    private static function verdict(string $folder): ?string
    {
        try {
            UserFunction::load(getenv());
            return null;
        } catch (LoadFailed $error) {
            return $error->getMessage();
        } catch (\Throwable $error) {
            fwrite(STDERR, "$error\n");
            $at = [$error->getFile(), $error->getLine()];
            return self::place($folder, ...$at) . self::explain($error::class, $error->getMessage());
        }
    }

    /** Errors that PHP throws to nobody, and a file that ends the process. */
    private static function endedEarly(): void
    {
        if (!self::$isLoading) {
            return;
        }
        $last = error_get_last();
        $fatal = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR;
        if ($last === null || ($last['type'] & $fatal) === 0) {
            self::say('The module ends the process while it is loaded: do that in the handler only');
        } else {
            $folder = getenv('KUBELESS_INSTALL_VOLUME') ?: '/kubeless';
            self::say(self::place($folder, $last['file'], $last['line']) . self::explain('Fatal error', $last['message']));
        }
        exit(self::EXIT_REFUSED);
    }

    private static function explain(string $kind, string $message): string
    {
        if (preg_match('/Failed opening required \'([^\']+)\'/', $message, $found) === 1) {
            return "there is no file '$found[1]' to require: add its package to composer.json (--dependencies), or the file to the source";
        }
        if (preg_match('/(Class|Interface|Trait) "[^"]+" not found/', $message, $found) === 1) {
            return "$found[0]: require vendor/autoload.php and add its package to composer.json (--dependencies), or its file to the source";
        }
        return "$kind: " . strtok($message, "\n");
    }

    /** "hello.php, line 3: " where it is a file of the function's own. */
    private static function place(string $folder, string $file, int $line): string
    {
        $root = (realpath($folder) ?: $folder) . '/';
        return str_starts_with($file, $root) ? substr($file, strlen($root)) . ", line $line: " : '';
    }

    private static function say(string $verdict): void
    {
        fwrite(STDERR, preg_replace('/\s+/', ' ', $verdict) . "\n");
    }
}
