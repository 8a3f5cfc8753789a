"""What a function may import from the runtime: `from kontain import Response`."""

from collections.abc import AsyncIterable, Iterable, Mapping

Body = str | bytes | dict[str, object] | list[object] | Iterable[object] | AsyncIterable[object] | None


class Response(Exception):
    """An answer with its own status and headers; return it, or raise it from anywhere in the handler.

    The body may be whatever a handler may return: text, bytes, a dict (sent as JSON), an iterable (streamed).
    """

    def __init__(
        self,
        body: Body = None,
        status: int = 200,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(status)
        self.body = body
        self.status_code = status
        self.headerlist: list[tuple[str, str]] = list(headers.items() if isinstance(headers, Mapping) else headers or ())
