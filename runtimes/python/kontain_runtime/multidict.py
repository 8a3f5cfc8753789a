"""The mappings of Bottle's request object that functions written for Kubeless rely on."""

from collections.abc import Iterator, Mapping


class HeaderDict(Mapping[str, str]):
    """Request headers: names match in any case and are listed as `Title-Case`."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in fields:
            key = name.title()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.title()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


class MultiDict(dict):
    """A dict of the last values, which also knows all of them, and gives `""` for a missing attribute."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def getall(self, name: str) -> list[object]:
        return [value for key, value in self._pairs if key == name]

    getlist = getall

    def allitems(self) -> list[tuple[str, object]]:
        return list(self._pairs)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.get(name, "")
