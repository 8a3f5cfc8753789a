"""Modes without forks: one exchange on an inherited listener, or an ordinary HTTP server on a port."""

import socket
import threading

from .exchange import serve_exchange
from .function import Function

_HEALTH = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"


def serve_one(listener_fd: int, function: Function, body_limit: int | None) -> None:
    with socket.socket(fileno=listener_fd) as listener:
        listener.setblocking(True)
        stream, _ = listener.accept()
    with stream:
        serve_exchange(stream.fileno(), function, body_limit)
        _finish(stream)


def serve_port(port: int, function: Function, body_limit: int | None) -> None:
    """Calls share this process: nothing is isolated. Never returns."""
    with socket.create_server(("", port), backlog=128) as listener:
        print(f"Listening on port {listener.getsockname()[1]}", flush=True)
        while True:
            stream, _ = listener.accept()
            threading.Thread(target=_serve_connection, args=(stream, function, body_limit), daemon=True).start()


def _serve_connection(stream: socket.socket, function: Function, body_limit: int | None) -> None:
    with stream:
        if stream.recv(13, socket.MSG_PEEK) == b"GET /healthz ":
            stream.recv(65536)
            stream.sendall(_HEALTH)
            return
        serve_exchange(stream.fileno(), function, body_limit)
        _finish(stream)


def _finish(stream: socket.socket) -> None:
    """What the caller still sends is read, or the kernel would reset the connection under our answer."""
    try:
        stream.shutdown(socket.SHUT_WR)
        stream.settimeout(1)
        while stream.recv(65536):
            pass
    except OSError:
        pass
