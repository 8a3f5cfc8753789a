<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** Request line and header fields, strictly (RFC 9112 §3, §5): what is ambiguous is refused, never guessed. */
final class RequestHead
{
    public const LIMIT_BYTES = 1024 * 1024;
    private const LINE = '/\A([!#$%&\'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.([01])\z/';
    private const FIELD = '/\A([!#$%&\'*+.^_`|~0-9A-Za-z-]+):([^\x00-\x08\x0a-\x1f\x7f]*+)\z/';

    /** @param list<array{string, string}> $fields in the order they came, names in lower case */
    private function __construct(
        public readonly string $method,
        public readonly string $target,
        public readonly int $minorVersion,
        public readonly array $fields,
    ) {
    }

    /** `$raw` ends with the empty line. */
    public static function parse(string $raw): self
    {
        $lines = explode("\r\n", substr($raw, 0, -4));
        if (preg_match(self::LINE, array_shift($lines), $match) !== 1) {
            throw new BadRequest('The request line is not HTTP/1.1');
        }
        $head = new self($match[1], $match[2], (int) $match[3], self::parseFields($lines));
        $head->checkFraming();
        return $head;
    }

    /**
     * Header or trailer lines, without their line ends.
     *
     * @param list<string> $lines
     * @return list<array{string, string}>
     */
    public static function parseFields(array $lines): array
    {
        return array_map(static function (string $line): array {
            if (preg_match(self::FIELD, $line, $match) !== 1) {
                throw new BadRequest('A header line is malformed');
            }
            return [strtolower($match[1]), trim($match[2], " \t")];
        }, $lines);
    }

    /** The field's value, repeated ones joined by a comma (RFC 9110 §5.2); null without one. */
    public function get(string $name): ?string
    {
        $values = array_column(array_filter($this->fields, static fn (array $field) => $field[0] === $name), 1);
        return $values === [] ? null : implode($name === 'cookie' ? '; ' : ', ', $values);
    }

    /** Refuses every head that two parsers could frame differently (request smuggling). */
    private function checkFraming(): void
    {
        $count = array_count_values(array_column($this->fields, 0));
        $codings = $count['transfer-encoding'] ?? 0;
        if (($count['host'] ?? 0) > 1) {
            throw new BadRequest('More than one Host header');
        }
        if ($codings + ($count['content-length'] ?? 0) > 1) {
            throw new BadRequest('More than one header says how long the body is');
        }
        if ($this->minorVersion === 0 && $codings > 0) {
            throw new BadRequest('Transfer-Encoding needs HTTP/1.1');
        }
    }
}
