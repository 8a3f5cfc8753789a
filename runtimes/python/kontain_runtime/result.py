"""From what a handler returns to the response: Bottle's rules, as Kubeless had them, plus JSON lists."""

import json
from collections.abc import Iterator
from itertools import chain

from .connection import Connection
from .request import Request
from .response import ChunkedResponse, Headers, InvalidResponse, send_complete

_TEXT = "text/html; charset=UTF-8"
_JSON = "application/json"


def send_result(connection: Connection, request: Request, minor_version: int, result: object) -> None:
    """Sends what a handler returned or, being a response, raised."""
    status, headers = 200, []
    while is_response(result):
        status, headers, result = result.status_code, list(result.headerlist), result.body
    if result is None or isinstance(result, (str, bytes, bytearray, memoryview, dict)) or _is_json_list(result):
        kind, body = _encode(result)
        send_complete(connection, request.method, status, _with_type(headers, kind), body)
        return
    response = ChunkedResponse(connection, request.method, minor_version)
    chunks = _chunks(result)
    # The first chunk comes before the head: a stream that fails at once is a clean 500.
    first = next(chunks, b"")
    response.begin(status, _with_type(headers, _TEXT))
    if request.method != "HEAD":
        for chunk in chain((first,), chunks):
            response.send(chunk)
    response.end()


def is_response(value: object) -> bool:
    """Ours, or that of a Bottle which the function brought along."""
    return hasattr(value, "status_code") and hasattr(value, "headerlist") and hasattr(value, "body")


def is_async(value: object) -> bool:
    """To be awaited, or a stream to be iterated, on an event loop."""
    kind = type(value)
    return hasattr(kind, "__await__") or hasattr(kind, "__aiter__") or hasattr(getattr(value, "body", None), "__aiter__")


def _encode(result: object) -> tuple[str, bytes]:
    if result is None:
        return _TEXT, b""
    if isinstance(result, str):
        return _TEXT, result.encode()
    if isinstance(result, (dict, list, tuple)):
        return _JSON, json.dumps(result).encode()
    return _TEXT, bytes(result)


def _is_json_list(result: object) -> bool:
    """Bottle joins a list of text or bytes; it refuses any other list, which we send as JSON."""
    return isinstance(result, (list, tuple)) and not all(isinstance(item, (str, bytes)) for item in result)


def _with_type(headers: Headers, kind: str) -> Headers:
    if any(name.lower() == "content-type" for name, _ in headers):
        return headers
    return [("Content-Type", kind), *headers]


def _chunks(result: object) -> Iterator[bytes]:
    if hasattr(result, "read"):
        result = _read_blocks(result)
    if not hasattr(result, "__iter__"):
        raise InvalidResponse(f"Unsupported response type: {type(result)}; return text, bytes, a dict or an iterable")
    return map(_to_bytes, iter(result))


def _read_blocks(file: object) -> Iterator[object]:
    while block := file.read(65536):
        yield block


def _to_bytes(item: object) -> bytes:
    if isinstance(item, str):
        return item.encode()
    if isinstance(item, (bytes, bytearray, memoryview)):
        return bytes(item)
    raise InvalidResponse(f"Unsupported response type: {type(item)}; a stream yields text or bytes")
