<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** `$event->extensions->request`: what Kubeless' functions ask a PSR-7 request for, worked out on demand. */
final class Request
{
    private ?Multipart $multipart = null;

    /** @param list<array{string, string}> $trailers */
    public function __construct(
        private readonly RequestHead $head,
        private readonly string $content,
        public readonly array $trailers,
    ) {
    }

    public function getMethod(): string
    {
        return $this->head->method;
    }

    /** Path and query as they came. */
    public function getRequestTarget(): string
    {
        return $this->head->target;
    }

    public function getUri(): Uri
    {
        $scheme = $this->header('x-forwarded-proto') ?? 'http';
        $host = $this->header('x-forwarded-host') ?? $this->header('host') ?? 'localhost';
        return new Uri($scheme, $host, $this->head->target);
    }

    public function getProtocolVersion(): string
    {
        return "1.{$this->head->minorVersion}";
    }

    /** The last parts of PSR-7's names for one header: null where there is none. */
    public function header(string $name): ?string
    {
        return $this->head->get(strtolower($name));
    }

    public function hasHeader(string $name): bool
    {
        return $this->header($name) !== null;
    }

    public function getHeaderLine(string $name): string
    {
        return $this->header($name) ?? '';
    }

    /** @return list<string> */
    public function getHeader(string $name): array
    {
        return $this->getHeaders()[strtolower($name)] ?? [];
    }

    /** @return array<string, list<string>> by lower-case name */
    public function getHeaders(): array
    {
        $headers = [];
        foreach ($this->head->fields as [$name, $value]) {
            $headers[$name][] = $value;
        }
        return $headers;
    }

    public function mediaType(): string
    {
        return strtolower(trim(explode(';', $this->getHeaderLine('content-type'))[0]));
    }

    /** @return array<string, mixed> */
    public function getQueryParams(): array
    {
        parse_str(explode('?', $this->head->target, 2)[1] ?? '', $parameters);
        return $parameters;
    }

    /** @return array<string, mixed>|null of a form or JSON */
    public function getParsedBody(): ?array
    {
        if ($this->mediaType() === 'multipart/form-data') {
            return $this->multipart()->fields;
        }
        if ($this->mediaType() === 'application/x-www-form-urlencoded') {
            parse_str($this->content, $fields);
            return $fields;
        }
        $value = $this->mediaType() === 'application/json' ? json_decode($this->content, true) : null;
        return is_array($value) ? $value : null;
    }

    /** @return array<string, mixed> UploadedFile by name, also in lists and trees of them */
    public function getUploadedFiles(): array
    {
        return $this->mediaType() === 'multipart/form-data' ? $this->multipart()->files : [];
    }

    private function multipart(): Multipart
    {
        return $this->multipart ??= Multipart::parse($this->getHeaderLine('content-type'), $this->content);
    }

    /** @return array<string, string> */
    public function getCookieParams(): array
    {
        $cookies = [];
        foreach (explode(';', $this->getHeaderLine('cookie')) as $pair) {
            [$name, $value] = explode('=', trim($pair), 2) + [1 => null];
            if ($value !== null) {
                $cookies[$name] = urldecode(trim($value, '"'));
            }
        }
        return $cookies;
    }

    public function getBody(): Body
    {
        return new Body($this->content);
    }

    public function body(): string
    {
        return $this->content;
    }
}
