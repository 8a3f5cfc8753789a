"""One request in, one response out."""

import sys

from .connection import Connection, ConnectionEnded
from .function import Function
from .request import Request
from .request_body import read_body
from .request_head import HEAD_LIMIT_BYTES, BadRequest, RequestHead, parse_request_head
from .response import send_complete
from .result import is_async, is_response, send_result

_PLAIN = [("Content-Type", "text/plain; charset=utf-8")]


def serve_exchange(fd: int, function: Function, body_limit: int | None) -> None:
    """Serves one exchange on a blocking stream socket, which stays open. Only SystemExit and the like come out."""
    connection = Connection(fd)
    try:
        _serve(connection, function, body_limit)
    except ConnectionEnded:
        # Nobody is left to answer.
        return


def _serve(connection: Connection, function: Function, body_limit: int | None) -> None:
    try:
        head = _read_head(connection)
        body, trailers = read_body(connection, head, body_limit)
    except BadRequest as error:
        _refuse(connection, "GET", error.status, str(error))
        return
    request = Request(head, body, trailers)
    try:
        _call(connection, function, request, body, head.minor_version)
    except ConnectionEnded:
        raise
    except BadRequest as error:
        _refuse(connection, head.method, error.status, str(error))
    except Exception:
        print("The function failed:", file=sys.stderr)
        sys.__excepthook__(*sys.exc_info())
        _refuse(connection, head.method, 500, "Internal Server Error")


def _call(connection: Connection, function: Function, request: Request, body: bytes, minor_version: int) -> None:
    def send(result: object) -> None:
        send_result(connection, request, minor_version, result)

    try:
        result = function.call(request, body)
        if is_async(result):
            from .async_handler import settle

            settle(result, send)
        else:
            send(result)
    except Exception as error:
        # A raised response is one, unless another has begun.
        if connection.started or not is_response(error):
            raise
        send(error)


def _read_head(connection: Connection) -> RequestHead:
    raw = connection.read_until(b"\r\n\r\n", HEAD_LIMIT_BYTES)
    if raw is None:
        raise BadRequest("The request head is too large", 431)
    return parse_request_head(raw)


def _refuse(connection: Connection, method: str, status: int, message: str) -> None:
    if not connection.started:
        send_complete(connection, method, status, _PLAIN, f"{message}\n".encode())
