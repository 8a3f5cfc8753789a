<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** Status line, headers and body framing of the one response (RFC 9110, RFC 9112). */
final class HttpResponse
{
    private const REASONS = [
        200 => 'OK', 201 => 'Created', 202 => 'Accepted', 204 => 'No Content', 206 => 'Partial Content', 301 => 'Moved Permanently',
        302 => 'Found', 303 => 'See Other', 304 => 'Not Modified', 307 => 'Temporary Redirect', 308 => 'Permanent Redirect',
        400 => 'Bad Request', 401 => 'Unauthorized', 403 => 'Forbidden', 404 => 'Not Found', 405 => 'Method Not Allowed',
        409 => 'Conflict', 410 => 'Gone', 413 => 'Content Too Large', 422 => 'Unprocessable Content', 429 => 'Too Many Requests',
        431 => 'Request Header Fields Too Large', 500 => 'Internal Server Error', 501 => 'Not Implemented', 502 => 'Bad Gateway',
        503 => 'Service Unavailable', 504 => 'Gateway Timeout',
    ];
    /** We frame the message ourselves, and the connection serves one exchange only. */
    private const OURS = ['connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'te', 'trailer'];

    /** Whether nothing but the head is sent. */
    public readonly bool $silent;
    private readonly bool $hasBody;
    private readonly bool $chunked;
    private readonly string $head;

    /** @param array<string, mixed> $headers */
    public function __construct(
        private readonly Connection $connection,
        string $method,
        int $minorVersion,
        int $status,
        array $headers,
    ) {
        if ($status < 200 || $status > 999) {
            throw new InvalidResponse("$status is not a final HTTP status");
        }
        $this->hasBody = $status !== 204 && $status !== 304;
        $this->silent = $method === 'HEAD' || !$this->hasBody;
        $this->chunked = $minorVersion > 0 && $this->hasBody;
        $this->head = "HTTP/1.1 $status " . (self::REASONS[$status] ?? 'Unknown') . "\r\n" . self::lines($headers);
    }

    public function sendComplete(string $body): void
    {
        $head = $this->headWith($this->hasBody ? 'Content-Length: ' . strlen($body) . "\r\n" : '');
        $this->connection->write($this->silent ? $head : $head . $body);
    }

    /** A response whose length is not known when it begins; `finish` makes it complete, leaving it out shows it is not. */
    public function begin(): void
    {
        $this->connection->write($this->headWith($this->chunked ? "Transfer-Encoding: chunked\r\n" : ''));
    }

    public function sendChunk(string $chunk): void
    {
        if (!$this->silent && $chunk !== '') {
            $this->connection->write($this->chunked ? dechex(strlen($chunk)) . "\r\n$chunk\r\n" : $chunk);
        }
    }

    public function finish(): void
    {
        if ($this->chunked && !$this->silent) {
            $this->connection->write("0\r\n\r\n");
        }
    }

    private function headWith(string $framing): string
    {
        return "{$this->head}{$framing}Connection: close\r\n\r\n";
    }

    /** @param array<string, mixed> $headers */
    private static function lines(array $headers): string
    {
        $lines = '';
        foreach ($headers as $name => $values) {
            foreach (in_array(strtolower((string) $name), self::OURS, true) ? [] : (array) $values as $value) {
                $lines .= self::line((string) $name, (string) $value);
            }
        }
        return $lines;
    }

    private static function line(string $name, string $value): string
    {
        $valid = preg_match('/\A[!#$%&\'*+.^_`|~0-9A-Za-z-]+\z/', $name) === 1
            && preg_match('/\A[^\x00-\x08\x0a-\x1f\x7f]*+\z/', $value) === 1;
        return $valid ? "$name: $value\r\n" : throw new InvalidResponse(
            'The response header ' . json_encode($name) . ' holds characters that HTTP does not allow',
        );
    }
}
