<?php
declare(strict_types=1);

namespace Kontain\Runtime;

/** One request in, one response out. */
final class Exchange
{
    private readonly Connection $connection;
    private string $method = 'GET';
    private int $minorVersion = 1;

    private function __construct(int $fd, private readonly UserFunction $function)
    {
        $this->connection = new Connection($fd);
    }

    /** Serves one exchange on a blocking stream socket, which stays open. */
    public static function serve(int $fd, UserFunction $function): void
    {
        try {
            (new self($fd, $function))->run();
        } catch (ConnectionEnded) {
            // Nobody is left to answer.
        }
    }

    private function run(): void
    {
        try {
            $this->call($this->readRequest());
        } catch (ConnectionEnded $error) {
            throw $error;
        } catch (BadRequest $error) {
            $this->refuse($error->status, $error->getMessage());
        } catch (\Throwable $error) {
            fwrite(STDERR, "The function failed:\n$error\n");
            $this->refuse(500, 'Internal Server Error');
        }
    }

    private function readRequest(): Request
    {
        $raw = $this->connection->readUntil("\r\n\r\n", RequestHead::LIMIT_BYTES)
            ?? throw new BadRequest('The request head is too large', 431);
        $head = RequestHead::parse($raw);
        [$body, $trailers] = RequestBody::read($this->connection, $head);
        [$this->method, $this->minorVersion] = [$head->method, $head->minorVersion];
        return new Request($head, $body, $trailers);
    }

    private function call(Request $request): void
    {
        try {
            $this->answer($this->function->call($request));
        } catch (\Kontain\Response $response) {
            // One that is thrown is the answer, unless another has begun.
            if ($this->connection->started) {
                throw $response;
            }
            $this->answer($response);
        }
    }

    private function answer(mixed $result): void
    {
        Result::send($this->connection, $this->method, $this->minorVersion, $result);
    }

    private function refuse(int $status, string $message): void
    {
        if (!$this->connection->started) {
            $headers = ['Content-Type' => 'text/plain; charset=utf-8'];
            $response = new HttpResponse($this->connection, $this->method, $this->minorVersion, $status, $headers);
            $response->sendComplete("$message\n");
        }
    }
}
