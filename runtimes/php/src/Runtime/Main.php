<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** From the environment to the exit code. */
final class Main
{
    public static function run(): int
    {
        ini_set('display_errors', 'stderr');
        ini_set('log_errors', '0');
        [$control, $stream, $library] = array_map(self::take(...), ['KONTAIN_TEMPLATE_FD', 'KONTAIN_STREAM_FD', 'KONTAIN_LIBRARY']);
        if (array_slice($_SERVER['argv'], 1) === ['--check']) {
            return Check::run();
        }
        return $control === null ? self::serve($stream) : self::template((int) $control, $library);
    }

    private static function serve(?string $stream): int
    {
        $function = self::load();
        if ($function === null) {
            return 1;
        }
        if ($stream !== null) {
            Server::serveOne((int) $stream, $function);
            return 0;
        }
        $ports = array_filter([getenv('PORT'), getenv('FUNC_PORT'), '8080'], is_numeric(...));
        Server::servePort((int) reset($ports), $function);
    }

    private static function template(int $control, ?string $library): int
    {
        return Template::inProcessOfItsOwn($control, static function () use ($control, $library): int {
            $function = self::load();
            return $function === null ? 1 : (new Template($control, $function, $library))->run();
        });
    }

    private static function load(): ?UserFunction
    {
        try {
            return UserFunction::load(getenv());
        } catch (LoadFailed $error) {
            fwrite(STDERR, "Cannot load the function: {$error->getMessage()}\n");
        } catch (\Throwable $error) {
            $kind = $error::class;
            fwrite(STDERR, "Cannot load the function: $kind: {$error->getMessage()}\n$error\n");
        }
        return null;
    }

    /** The platform's variables are none of the function's. */
    private static function take(string $name): ?string
    {
        $value = getenv($name);
        putenv($name);
        unset($_SERVER[$name], $_ENV[$name]);
        return $value === false ? null : $value;
    }
}
