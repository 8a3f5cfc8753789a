"""Reads a request body as the head frames it: Content-Length or chunked (RFC 9112 §6 and §7)."""

import re

from .connection import Connection
from .request_head import HEAD_LIMIT_BYTES, BadRequest, RequestHead, parse_fields

_LENGTH = re.compile(r"[0-9]{1,15}")
_CHUNK_HEAD = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")
_CHUNK_HEAD_LIMIT_BYTES = 4096

Trailers = list[tuple[str, str]]


def read_body(connection: Connection, head: RequestHead, limit: int | None) -> tuple[bytes, Trailers]:
    """The whole body and its trailers. `limit` in bytes, None for no limit of the runtime's own."""
    coding = head.get("transfer-encoding")
    length = head.get("content-length")
    if coding is None and length is None:
        return b"", []
    if coding is not None and coding.lower() != "chunked":
        raise BadRequest("Only the chunked transfer coding is understood", 501)
    if length is not None and _LENGTH.fullmatch(length) is None:
        raise BadRequest("Content-Length is not a number")
    if length is not None and limit is not None and int(length) > limit:
        raise _too_large(limit)
    if (head.get("expect") or "").lower() == "100-continue":
        connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.started = False
    if length is not None:
        return connection.read_exactly(int(length)), []
    return _read_chunked(connection, limit)


def _read_chunked(connection: Connection, limit: int | None) -> tuple[bytes, Trailers]:
    chunks: list[bytes] = []
    total = 0
    while size := _read_chunk_size(connection):
        total += size
        if limit is not None and total > limit:
            raise _too_large(limit)
        chunks.append(connection.read_exactly(size))
        if connection.read_exactly(2) != b"\r\n":
            raise BadRequest("A chunk of the body is malformed")
    return b"".join(chunks), _read_trailers(connection)


def _read_chunk_size(connection: Connection) -> int:
    line = connection.read_until(b"\r\n", _CHUNK_HEAD_LIMIT_BYTES)
    match = _CHUNK_HEAD.fullmatch(line) if line is not None else None
    if match is None:
        raise BadRequest("A chunk of the body is malformed")
    return int(match[1], 16)


def _read_trailers(connection: Connection) -> Trailers:
    lines: list[bytes] = []
    left = HEAD_LIMIT_BYTES
    while True:
        line = connection.read_until(b"\r\n", left)
        if line is None:
            raise BadRequest("The trailers are too large", 431)
        if line == b"\r\n":
            return parse_fields(lines)
        lines.append(line[:-2])
        left -= len(line)


def _too_large(limit: int) -> BadRequest:
    return BadRequest(f"The body is larger than FUNC_MEMFILE_MAX ({limit} bytes)", 413)
