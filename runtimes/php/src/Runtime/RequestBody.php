<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** Reads a request body as the head frames it: Content-Length or chunked (RFC 9112 §6 and §7). */
final class RequestBody
{
    private const CHUNK_HEAD = '/\A([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n\z/';
    private const CHUNK_HEAD_LIMIT_BYTES = 4096;

    /** @return array{string, list<array{string, string}>} the whole body, and its trailers */
    public static function read(Connection $connection, RequestHead $head): array
    {
        [$coding, $length] = [$head->get('transfer-encoding'), $head->get('content-length')];
        if ($coding === null && $length === null) {
            return ['', []];
        }
        if ($coding !== null && strtolower($coding) !== 'chunked') {
            throw new BadRequest('Only the chunked transfer coding is understood', 501);
        }
        if ($length !== null && preg_match('/\A[0-9]{1,15}\z/', $length) !== 1) {
            throw new BadRequest('Content-Length is not a number');
        }
        if (strtolower($head->get('expect') ?? '') === '100-continue') {
            $connection->writeInterim("HTTP/1.1 100 Continue\r\n\r\n");
        }
        return $length === null ? self::readChunked($connection) : [$connection->readExactly((int) $length), []];
    }

    /** @return array{string, list<array{string, string}>} */
    private static function readChunked(Connection $connection): array
    {
        $body = '';
        while (($size = self::readChunkSize($connection)) > 0) {
            $body .= $connection->readExactly($size);
            if ($connection->readExactly(2) !== "\r\n") {
                throw new BadRequest('A chunk of the body is malformed');
            }
        }
        return [$body, self::readTrailers($connection)];
    }

    private static function readChunkSize(Connection $connection): int
    {
        $line = $connection->readUntil("\r\n", self::CHUNK_HEAD_LIMIT_BYTES) ?? '';
        if (preg_match(self::CHUNK_HEAD, $line, $match) !== 1) {
            throw new BadRequest('A chunk of the body is malformed');
        }
        return (int) hexdec($match[1]);
    }

    /** @return list<array{string, string}> */
    private static function readTrailers(Connection $connection): array
    {
        $lines = [];
        for ($left = RequestHead::LIMIT_BYTES; ; $left -= strlen($line)) {
            $line = $connection->readUntil("\r\n", $left) ?? throw new BadRequest('The trailers are too large', 431);
            if ($line === "\r\n") {
                return RequestHead::parseFields($lines);
            }
            $lines[] = substr($line, 0, -2);
        }
    }
}
