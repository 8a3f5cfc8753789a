"""Async handlers and async streams, on one event loop. Imported only by functions that need it: asyncio is large."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator


def settle(result: object, use: Callable[[object], None]) -> None:
    """Awaits what the handler returned and passes it to `use`; an async stream becomes an ordinary one."""
    with asyncio.Runner() as runner:
        if isinstance(result, Awaitable):
            result = runner.run(_wait(result))
        body = getattr(result, "body", None)
        if hasattr(body, "__aiter__"):
            result.body = _iterate(runner, aiter(body))
        use(_iterate(runner, aiter(result)) if hasattr(result, "__aiter__") else result)


async def _wait(result: Awaitable[object]) -> object:
    return await result


def _iterate(runner: asyncio.Runner, iterator: AsyncIterator[object]) -> Iterator[object]:
    while True:
        try:
            item = runner.run(_wait(anext(iterator)))
        except StopAsyncIteration:
            return
        yield item
