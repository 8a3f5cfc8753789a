<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** multipart/form-data (RFC 7578), from a body that is already in memory; names with brackets as PHP reads them. */
final class Multipart
{
    private const PARAMETER = '/;\s*([\w!#$%&*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\s"]+))/s';

    /** @param array<string, mixed> $fields @param array<string, mixed> $files UploadedFile by name */
    private function __construct(public readonly array $fields, public readonly array $files)
    {
    }

    public static function parse(string $contentType, string $body): self
    {
        $boundary = self::parameters($contentType)['boundary'] ?? throw new BadRequest('multipart/form-data without a boundary');
        // The line break before a boundary belongs to it, so the first one gets one too.
        $sections = explode("\r\n--$boundary", "\r\n$body");
        if (count($sections) < 2 || !str_starts_with((string) end($sections), '--')) {
            throw new BadRequest('The multipart body has no closing boundary');
        }
        $fields = $files = [];
        foreach (array_slice($sections, 1, -1) as $section) {
            [$name, $value] = self::part($section);
            is_string($value) ? $fields[] = [$name, $value] : $files[] = [$name, $value];
        }
        return new self(self::named($fields), self::named($files));
    }

    /** @return array{string, string|UploadedFile} */
    private static function part(string $section): array
    {
        [$head, $content] = explode("\r\n\r\n", ltrim($section, " \t"), 2) + [1 => null];
        if ($content === null) {
            throw new BadRequest('A part of the multipart body has no header');
        }
        $headers = [];
        foreach (array_slice(explode("\r\n", $head), 1) as $line) {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $headers[strtolower(trim($name))] = trim($value);
        }
        $given = self::parameters($headers['content-disposition'] ?? '');
        $name = $given['name'] ?? throw new BadRequest('A part of the multipart body has no name');
        if (!isset($given['filename'])) {
            return [$name, $content];
        }
        // Callers write paths here: only the last part is a file name.
        $file = preg_replace('~^.*[\\\\/]~s', '', $given['filename']) ?? '';
        return [$name, new UploadedFile($file, $headers['content-type'] ?? null, $content)];
    }

    /**
     * As parse_str reads the names: `a[]`, `a[b]`.
     *
     * @param list<array{string, mixed}> $pairs
     * @return array<string, mixed>
     */
    private static function named(array $pairs): array
    {
        $query = array_map(static fn ($pair, $index) => rawurlencode($pair[0]) . "=$index", $pairs, array_keys($pairs));
        parse_str(implode('&', $query), $tree);
        array_walk_recursive($tree, static function (&$value) use ($pairs): void {
            $value = $pairs[(int) $value][1];
        });
        return $tree;
    }

    /** @return array<string, string> by lower-case name */
    private static function parameters(string $value): array
    {
        preg_match_all(self::PARAMETER, $value, $found, PREG_SET_ORDER);
        $parameters = [];
        foreach ($found as $match) {
            $parameters[strtolower($match[1])] = $match[3] ?? preg_replace('/\\\\(.)/s', '$1', $match[2]) ?? '';
        }
        return $parameters;
    }
}
