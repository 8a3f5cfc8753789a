"""The byte stream of one exchange, on a bare file descriptor: a forked child touches as few objects as it can."""

import os

_READ_SIZE = 65536


class ConnectionEnded(Exception):
    """The peer is gone, or closed its side before what we were waiting for had come."""


class Connection:
    """Buffered reads and complete writes over a blocking stream socket."""

    __slots__ = ("fd", "_buffer", "started")

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._buffer = b""
        # True once a byte of the response has gone out: from then on an error can only cut the stream.
        self.started = False

    def read_until(self, mark: bytes, limit: int) -> bytes | None:
        """Everything up to and including `mark`; None if it does not come within `limit` bytes."""
        searched = 0
        while True:
            at = self._buffer.find(mark, searched)
            if at >= 0:
                return self._take(at + len(mark)) if at + len(mark) <= limit else None
            if len(self._buffer) > limit:
                return None
            searched = max(0, len(self._buffer) - len(mark) + 1)
            self._fill()

    def read_exactly(self, size: int) -> bytes:
        if len(self._buffer) >= size:
            return self._take(size)
        parts = [self._buffer]
        missing = size - len(self._buffer)
        self._buffer = b""
        while missing > 0:
            part = self._read(min(missing, 16 * _READ_SIZE))
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def write(self, *parts: bytes) -> None:
        self.started = True
        total = sum(map(len, parts))
        try:
            written = os.writev(self.fd, parts)
            if written < total:
                self._write_rest(memoryview(b"".join(parts))[written:])
        except (BrokenPipeError, ConnectionResetError) as error:
            raise ConnectionEnded from error

    def _write_rest(self, rest: memoryview) -> None:
        while rest:
            rest = rest[os.write(self.fd, rest) :]

    def _read(self, size: int) -> bytes:
        try:
            part = os.read(self.fd, size)
        except ConnectionResetError as error:
            raise ConnectionEnded from error
        if not part:
            raise ConnectionEnded
        return part

    def _fill(self) -> None:
        part = self._read(_READ_SIZE)
        self._buffer = self._buffer + part if self._buffer else part

    def _take(self, size: int) -> bytes:
        taken = self._buffer[:size]
        self._buffer = self._buffer[size:]
        return taken
