"""multipart/form-data (RFC 7578), from a body that is already in memory."""

import re
from io import BytesIO

from .request_head import BadRequest

_PARAMETER = re.compile(r';\s*([\w!#$%&*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))')


class FileUpload:
    """An uploaded file, as Bottle gives it."""

    def __init__(self, name: str, filename: str, content_type: str, content: bytes) -> None:
        self.name = name
        self.raw_filename = filename
        # Callers write paths here: only the last part is a file name.
        self.filename = re.split(r"[\\/]", filename)[-1] or "empty"
        self.content_type = content_type
        self.content_length = len(content)
        self.file = BytesIO(content)

    def save(self, destination: str, overwrite: bool = False) -> None:
        with open(destination, "wb" if overwrite else "xb") as target:
            target.write(self.file.getvalue())


def parse_multipart(content_type: str, body: bytes) -> list[tuple[str, str | FileUpload]]:
    boundary = _parameters(content_type).get("boundary")
    if not boundary:
        raise BadRequest("multipart/form-data without a boundary")
    # The line break before a boundary belongs to it, so the first one gets one too.
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1", "replace"))
    if len(sections) < 2 or not sections[-1].startswith(b"--"):
        raise BadRequest("The multipart body has no closing boundary")
    return [_parse_part(section) for section in sections[1:-1]]


def _parse_part(section: bytes) -> tuple[str, str | FileUpload]:
    raw_head, separator, content = section.lstrip(b" \t").partition(b"\r\n\r\n")
    if not separator:
        raise BadRequest("A part of the multipart body has no header")
    headers: dict[str, str] = {}
    for line in raw_head.decode("utf-8", "replace").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    parameters = _parameters(headers.get("content-disposition", ""))
    if "name" not in parameters:
        raise BadRequest("A part of the multipart body has no name")
    if "filename" in parameters:
        kind = headers.get("content-type", "application/octet-stream")
        return parameters["name"], FileUpload(parameters["name"], parameters["filename"], kind, content)
    return parameters["name"], content.decode("utf-8", "replace")


def _parameters(value: str) -> dict[str, str]:
    return {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else token
        for name, quoted, token in _PARAMETER.findall(value)
    }
