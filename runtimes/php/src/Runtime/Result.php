<?php
declare(strict_types=1);

namespace Kontain\Runtime;

use Kontain\Response;

/** From what a handler returns to the response. */
final class Result
{
    private const TEXT = 'text/html; charset=UTF-8';
    private const JSON = 'application/json';

    /** Ours, or a PSR-7 response which the function brought along. */
    public static function isResponse(mixed $value): bool
    {
        return $value instanceof Response
            || is_object($value) && method_exists($value, 'getStatusCode') && method_exists($value, 'getHeaders');
    }

    public static function send(Connection $connection, string $method, int $minorVersion, mixed $value): void
    {
        [$status, $headers] = [200, []];
        while (self::isResponse($value)) {
            [$status, $headers, $value] = $value instanceof Response
                ? [$value->status, $value->headers, $value->body]
                : [$value->getStatusCode(), $value->getHeaders(), (string) $value->getBody()];
        }
        [$type, $body] = self::encode($value);
        if (!in_array('content-type', array_map(strtolower(...), array_map(strval(...), array_keys($headers))), true)) {
            $headers = ['Content-Type' => $type] + $headers;
        }
        $response = new HttpResponse($connection, $method, $minorVersion, $status, $headers);
        is_string($body) ? $response->sendComplete($body) : self::stream($response, $body);
    }

    /** @return array{string, string|iterable<mixed>} type, and body or chunks */
    private static function encode(mixed $value): array
    {
        return match (true) {
            $value === null, is_scalar($value), $value instanceof \Stringable => [self::TEXT, (string) $value],
            is_array($value), $value instanceof \stdClass, $value instanceof \JsonSerializable => [self::JSON, self::json($value)],
            is_resource($value) => [self::TEXT, self::blocks($value)],
            $value instanceof \Traversable => [self::TEXT, $value],
            default => throw new InvalidResponse(
                'Unsupported response type: ' . get_debug_type($value) . '; return text, an array, an object or a generator',
            ),
        };
    }

    private static function json(mixed $value): string
    {
        return json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
    }

    /**
     * @param resource $file
     * @return \Generator<string>
     */
    private static function blocks(mixed $file): \Generator
    {
        while (!feof($file)) {
            yield (string) fread($file, 65_536);
        }
    }

    /**
     * The first chunk comes before the head: a stream that fails at once is a clean 500.
     *
     * @param iterable<mixed> $chunks
     */
    private static function stream(HttpResponse $response, iterable $chunks): void
    {
        $begun = false;
        foreach ($chunks as $chunk) {
            if (!is_scalar($chunk) && !$chunk instanceof \Stringable) {
                throw new InvalidResponse('Unsupported response type: ' . get_debug_type($chunk) . '; a stream yields text');
            }
            if (!$begun) {
                $response->begin();
            }
            $begun = true;
            if ($response->silent) {
                return;
            }
            $response->sendChunk((string) $chunk);
        }
        if (!$begun) {
            $response->begin();
        }
        $response->finish();
    }
}
