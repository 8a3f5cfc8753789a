"""Parsers on random input: they give a result or refuse it, and never fail otherwise."""

import os
import random
import unittest

from kontain_runtime.connection import Connection, ConnectionEnded
from kontain_runtime.multipart import parse_multipart
from kontain_runtime.request_body import read_body
from kontain_runtime.request_head import BadRequest, RequestHead, parse_request_head

PIECES = [b"GET", b" ", b"/", b"HTTP/1.1", b"\r\n", b"\n", b"\r", b":", b"Host", b"a", b"\x00", b"\xff", b"--b", b"5", b";", b'"', b"="]


def noise(source: random.Random) -> bytes:
    return b"".join(source.choice(PIECES) for _ in range(source.randrange(30)))


class Parsers(unittest.TestCase):
    def setUp(self) -> None:
        seed = random.randrange(2**32)
        self.source = random.Random(seed)
        self.note = f"seed {seed}"

    def test_head(self) -> None:
        for _ in range(5000):
            raw = noise(self.source) + b"\r\n\r\n"
            try:
                head = parse_request_head(raw)
            except BadRequest:
                continue
            for name, value in head.fields:
                self.assertNotRegex(name + value, "[\r\n\0]", self.note)

    def test_multipart(self) -> None:
        for _ in range(5000):
            try:
                parse_multipart("multipart/form-data; boundary=b", noise(self.source))
            except BadRequest:
                pass

    def test_chunks_in_any_cut(self) -> None:
        for _ in range(200):
            body = self.source.randbytes(self.source.randrange(300))
            cut = self.source.randrange(len(body) + 1)
            parts = [part for part in (body[:cut], body[cut:]) if part]
            framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\nA: b\r\n\r\n"
            content, trailers = self.read(framed)
            self.assertEqual(content, body, self.note)
            self.assertEqual(trailers, [("a", "b")])

    def test_broken_chunks(self) -> None:
        for _ in range(2000):
            try:
                self.read(noise(self.source))
            except (BadRequest, ConnectionEnded):
                pass

    def read(self, framed: bytes) -> tuple[bytes, list[tuple[str, str]]]:
        ours, theirs = os.pipe()
        os.write(theirs, framed)
        os.close(theirs)
        try:
            head = RequestHead("POST", "/", 1, [("transfer-encoding", "chunked")])
            return read_body(Connection(ours), head, None)
        finally:
            os.close(ours)


if __name__ == "__main__":
    unittest.main()
