"""Strict parser of an HTTP/1.1 request head (RFC 9112 §3 and §5): what is ambiguous is refused, never guessed."""

import re

HEAD_LIMIT_BYTES = 1024 * 1024

_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e\x80-\xff]+) HTTP/1\.([01])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*")


class BadRequest(Exception):
    """The caller's fault: `status` and the message are the answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class RequestHead:
    """Names of fields are in lower case, in the order they came, repeated ones included."""

    __slots__ = ("method", "target", "minor_version", "fields")

    def __init__(self, method: str, target: str, minor_version: int, fields: list[tuple[str, str]]) -> None:
        self.method = method
        self.target = target
        self.minor_version = minor_version
        self.fields = fields

    def get(self, name: str) -> str | None:
        """The field's value, repeated ones joined by a comma (RFC 9110 §5.2)."""
        values = [value for key, value in self.fields if key == name]
        return ", ".join(values) if values else None


def parse_request_head(raw: bytes) -> RequestHead:
    """`raw` ends with the empty line."""
    lines = raw[:-4].split(b"\r\n")
    match = _REQUEST_LINE.fullmatch(lines[0])
    if match is None:
        raise BadRequest("The request line is not HTTP/1.1")
    head = RequestHead(
        match[1].decode("latin-1"), match[2].decode("latin-1"), int(match[3]), parse_fields(lines[1:])
    )
    _check_framing(head)
    return head


def parse_fields(lines: list[bytes]) -> list[tuple[str, str]]:
    """Header or trailer lines, without their line ends."""
    fields = []
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise BadRequest("A header line is malformed")
        fields.append((match[1].decode("latin-1").lower(), match[2].decode("latin-1")))
    return fields


def _check_framing(head: RequestHead) -> None:
    """Refuses every head that two parsers could frame differently (request smuggling)."""
    names = [name for name, _ in head.fields]
    if names.count("host") > 1:
        raise BadRequest("More than one Host header")
    if names.count("transfer-encoding") + names.count("content-length") > 1:
        raise BadRequest("More than one header says how long the body is")
    if head.minor_version == 0 and "transfer-encoding" in names:
        raise BadRequest("Transfer-Encoding needs HTTP/1.1")
