"""`event["extensions"]["request"]`: the parts of Bottle's request that a function can ask for, worked out on demand."""

import json
from functools import cached_property
from io import BytesIO
from types import ModuleType

from .multidict import HeaderDict, MultiDict
from .multipart import FileUpload, parse_multipart
from .request_head import BadRequest, RequestHead


class Request:
    """One request, its body already read."""

    def __init__(self, head: RequestHead, body: bytes, trailers: list[tuple[str, str]]) -> None:
        self.method = head.method
        self.target = head.target
        self._head = head
        self._body = body
        self._trailers = trailers
        raw_path, _, self.query_string = head.target.partition("?")
        self._raw_path = raw_path

    @cached_property
    def path(self) -> str:
        """Decoded, without the query."""
        return _url().unquote("/" + self._raw_path.lstrip("/"))

    @property
    def fullpath(self) -> str:
        return self.path

    @cached_property
    def url(self) -> str:
        scheme = self.get_header("X-Forwarded-Proto", "http")
        host = self.get_header("X-Forwarded-Host") or self.get_header("Host", "localhost")
        return f"{scheme}://{host}{self.target}"

    @cached_property
    def headers(self) -> HeaderDict:
        return HeaderDict(self._head.fields)

    @cached_property
    def trailers(self) -> HeaderDict:
        return HeaderDict(self._trailers)

    def get_header(self, name: str, default: str | None = None) -> str | None:
        value = self._head.get(name.lower())
        return default if value is None else value

    @property
    def content_type(self) -> str:
        return self.get_header("Content-Type", "") or ""

    @property
    def content_length(self) -> int:
        return len(self._body)

    @property
    def remote_addr(self) -> str | None:
        return (self.get_header("X-Forwarded-For") or "").partition(",")[0].strip() or None

    @cached_property
    def cookies(self) -> MultiDict:
        pairs = [part.strip().partition("=") for part in (self.get_header("Cookie") or "").split(";") if "=" in part]
        return MultiDict([(name, _url().unquote(value.strip('"'))) for name, _, value in pairs])

    def get_cookie(self, name: str, default: str | None = None) -> str | None:
        return self.cookies.get(name, default)

    @cached_property
    def query(self) -> MultiDict:
        return MultiDict(_url().parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def GET(self) -> MultiDict:
        return self.query

    @property
    def body(self) -> BytesIO:
        """A new reader from the first byte, each time."""
        return BytesIO(self._body)

    @cached_property
    def json(self) -> object:
        """The parsed body if its type is JSON, else None; an empty body is None."""
        if not is_json(self.content_type):
            return None
        return parse_json(self._body)

    @cached_property
    def _fields(self) -> list[tuple[str, str | FileUpload]]:
        kind = self.content_type.partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            return parse_multipart(self.content_type, self._body)
        if kind == "application/x-www-form-urlencoded":
            return list(_url().parse_qsl(self._body.decode("utf-8", "replace"), keep_blank_values=True))
        return []

    @cached_property
    def forms(self) -> MultiDict:
        return MultiDict([(name, value) for name, value in self._fields if isinstance(value, str)])

    @cached_property
    def files(self) -> MultiDict:
        return MultiDict([(name, value) for name, value in self._fields if not isinstance(value, str)])

    @cached_property
    def POST(self) -> MultiDict:
        return MultiDict(self._fields)

    @cached_property
    def params(self) -> MultiDict:
        return MultiDict(self.query.allitems() + self.forms.allitems())


def _url() -> ModuleType:
    """A third of the time that all our imports take, and a first call rarely asks for what needs it."""
    import urllib.parse

    return urllib.parse


def is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def parse_json(body: bytes) -> object:
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not valid JSON, which its Content-Type says it is") from error
