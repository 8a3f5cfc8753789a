<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** The user's function: where it is, how it is loaded, what it is called with (Kubeless' conventions). */
final class UserFunction
{
    /** @param array<string, mixed> $context */
    public function __construct(private readonly \Closure $handler, private readonly array $context)
    {
    }

    /**
     * Runs the user's file. Whatever it throws goes to the caller as it is.
     *
     * @param array<string, string> $env
     */
    public static function load(array $env): self
    {
        $folder = ($env['KUBELESS_INSTALL_VOLUME'] ?? '') ?: '/kubeless';
        [$module, $name] = [self::required($env, 'MOD_NAME'), self::required($env, 'FUNC_HANDLER')];
        $path = realpath("$folder/$module.php");
        if ($path === false || !is_file($path)) {
            $has = self::listed(array_map(basename(...), glob("$folder/*.php") ?: []));
            throw new LoadFailed("There is no module '$module' in $folder: add $module.php, or change the handler. It has: $has");
        }
        // Functions write `require 'vendor/autoload.php'`.
        chdir($folder);
        (static fn () => require $path)();
        if (!function_exists($name)) {
            $has = self::listed(get_defined_functions()['user']);
            throw new LoadFailed("The module '$module' has no function '$name': define it, or change the handler. It has: $has");
        }
        return new self($name(...), self::context($env, $name));
    }

    public function call(Request $request): mixed
    {
        return ($this->handler)(self::event($request), (object) $this->context);
    }

    /** @param list<string> $names */
    private static function listed(array $names): string
    {
        sort($names);
        return implode(', ', array_slice($names, 0, 20)) ?: 'none';
    }

    /** @param array<string, string> $env */
    private static function required(array $env, string $name): string
    {
        return ($env[$name] ?? '') ?: throw new LoadFailed("$name is not set: the handler is <MOD_NAME>.<FUNC_HANDLER>");
    }

    /**
     * @param array<string, string> $env
     * @return array<string, mixed>
     */
    private static function context(array $env, string $name): array
    {
        $timeout = ($env['FUNC_TIMEOUT'] ?? '') ?: '180';
        if (!is_numeric($timeout)) {
            throw new LoadFailed("FUNC_TIMEOUT is not a number of seconds: '$timeout'");
        }
        return [
            'function-name' => $name,
            'timeout' => (float) $timeout,
            'runtime' => $env['FUNC_RUNTIME'] ?? null,
            'memory-limit' => $env['FUNC_MEMORY_LIMIT'] ?? null,
        ];
    }

    private static function event(Request $request): object
    {
        $event = ['data' => $request->mediaType() === 'application/json' ? self::decode($request->body()) : $request->body()];
        foreach (['event-id', 'event-type', 'event-time', 'event-namespace'] as $name) {
            $event[$name] = $request->header($name);
        }
        return (object) ($event + ['extensions' => (object) ['request' => $request]]);
    }

    private static function decode(string $body): mixed
    {
        try {
            return $body === '' ? null : json_decode($body, flags: JSON_THROW_ON_ERROR);
        } catch (\JsonException) {
            throw new BadRequest('The body is not valid JSON, which its Content-Type says it is');
        }
    }
}
