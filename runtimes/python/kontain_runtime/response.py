"""Status line, headers and body framing of the one response (RFC 9110, RFC 9112)."""

import re
from http import HTTPStatus

from .connection import Connection

Headers = list[tuple[str, str]]

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
# We frame the message ourselves, and the connection serves one exchange only.
_OURS = frozenset(("connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "te", "trailer"))


class InvalidResponse(Exception):
    """The handler's result can not be sent as HTTP."""


def head_bytes(status: int, headers: Headers, framing: str) -> bytes:
    """`framing` is our own Content-Length or Transfer-Encoding line, or empty."""
    if not 200 <= status <= 999:
        raise InvalidResponse(f"{status} is not a final HTTP status")
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}"]
    for name, value in headers:
        if name.lower() in _OURS:
            continue
        if _NAME.fullmatch(name) is None or _VALUE.fullmatch(value) is None:
            raise InvalidResponse(f"The response header {name!r} holds characters that HTTP does not allow")
        lines.append(f"{name}: {value}")
    if framing:
        lines.append(framing)
    lines.append("Connection: close\r\n\r\n")
    return "\r\n".join(lines).encode("latin-1", "replace")


def has_body(status: int) -> bool:
    """RFC 9110 §6.4.1: these never have content."""
    return status not in (204, 304)


def send_complete(connection: Connection, method: str, status: int, headers: Headers, body: bytes) -> None:
    if not has_body(status):
        connection.write(head_bytes(status, headers, ""))
        return
    head = head_bytes(status, headers, f"Content-Length: {len(body)}")
    connection.write(head, b"" if method == "HEAD" else body)


class ChunkedResponse:
    """A response whose length is not known when it begins; `end` makes it complete, leaving it out shows it is not."""

    __slots__ = ("_connection", "_chunked", "_silent")

    def __init__(self, connection: Connection, method: str, minor_version: int) -> None:
        self._connection = connection
        self._chunked = minor_version > 0
        self._silent = method == "HEAD"

    def begin(self, status: int, headers: Headers) -> None:
        self._silent = self._silent or not has_body(status)
        chunked = self._chunked and has_body(status)
        self._connection.write(head_bytes(status, headers, "Transfer-Encoding: chunked" if chunked else ""))

    def send(self, chunk: bytes) -> None:
        if self._silent or not chunk:
            return
        if self._chunked:
            self._connection.write(b"%x\r\n" % len(chunk), chunk, b"\r\n")
        else:
            self._connection.write(chunk)

    def end(self) -> None:
        if self._chunked and not self._silent:
            self._connection.write(b"0\r\n\r\n")
