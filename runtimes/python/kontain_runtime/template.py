"""Template mode: a process that has loaded the function and is forked for every call."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator

from .exchange import serve_exchange
from .function import Function
from .libkontainer import Libkontainer

# A template that can not be forked safely; the platform then starts the function for each call.
EXIT_NOT_FORKABLE = 75

_WARM_UP_ROUNDS = 20
# Milliseconds: one that was waited for is counted a moment longer.
_THREAD_END_ROUNDS = 100
_WARM_UP_REQUESTS = (
    b"GET /warm?a=b HTTP/1.1\r\nHost: warm\r\nAccept: */*\r\nX-Request-Id: warm\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: warm\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    b'{"a":"b"}',
    b"POST / HTTP/1.1\r\nHost: warm\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
)


def run_template(control_fd: int, function: Function, body_limit: int | None, library: Libkontainer) -> int:
    """Returns the child's exit code; the parent never returns."""
    threads = _other_threads()
    if threads:
        print(f"The module has started threads ({', '.join(threads)}), which a fork would lose", file=sys.stderr)
        return EXIT_NOT_FORKABLE
    if not _fork_while_warming(control_fd, function, library):
        # What exists now is never looked at by the garbage collector again: a child does not copy those pages.
        gc.collect()
        gc.freeze()
        ours, theirs = library.socketpair()
        library.rehearse(lambda: _rehearsal(ours, theirs))
        os.close(ours)
        os.close(theirs)
        library.serve(control_fd, -1)
    _refresh_randomness()
    fd = library.accept()
    try:
        serve_exchange(fd, function, body_limit)
    finally:
        library.finish(fd)
    return 0


def _other_threads() -> list[str]:
    """The module is not imported for that: what it does after a fork alone makes a child copy a hundred pages."""
    threading = sys.modules.get("threading")
    if threading is not None and len(threading.enumerate()) > 1:
        return [thread.name for thread in threading.enumerate()][1:]
    return _threads_of_libraries()


def _threads_of_libraries() -> list[str]:
    """Those that know of forks, as OpenBLAS, end their threads before one, and start new ones when they need them."""
    if _thread_count() == 1:
        return []
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    for _ in range(_THREAD_END_ROUNDS):
        if _thread_count() == 1:
            return []
        time.sleep(0.001)
    return [f"{_thread_count() - 1} of a library"]


def _thread_count() -> int:
    return len(os.listdir("/proc/self/task"))


def _fork_while_warming(control_fd: int, function: Function, library: Libkontainer) -> bool:
    """The first caller waits already, and others may come: they get a cold child rather than none. True in a child."""
    if library.serve(control_fd, 0):
        return True
    ours, theirs = library.socketpair()
    is_child = any(library.serve(control_fd, 0) for _ in warm_up(ours, theirs, _is_async(function.handler)))
    os.close(ours)
    os.close(theirs)
    return is_child


def warm_up(ours: int, theirs: int, asynchronous: bool) -> Iterator[None]:
    """Runs all of our own code, but none of the user's, so that a child imports and allocates next to nothing.

    Yields now and then, for other work.
    """
    handlers: list[Callable[..., object]] = [_text, _json, _stream]
    if asynchronous:
        handlers.append(_async)
    for handler in handlers:
        function = Function(handler, {})
        for _ in range(_WARM_UP_ROUNDS):
            for request in _WARM_UP_REQUESTS:
                os.write(ours, request)
                serve_exchange(theirs, function, None)
                os.read(ours, 65536)
            yield


def _rehearsal(ours: int, theirs: int) -> None:
    """Once is what a call does; more would write pages that it does not."""
    _refresh_randomness()
    os.write(ours, _WARM_UP_REQUESTS[0])
    serve_exchange(theirs, Function(_hello, {}), None)


def _hello(event: dict[str, object], context: dict[str, object]) -> str:
    return "hello"


def _text(event: dict[str, object], context: dict[str, object]) -> str:
    request = event["extensions"]["request"]
    return f"{request.method} {request.url} {request.path} {dict(request.headers)} {dict(request.query)}"


def _json(event: dict[str, object], context: dict[str, object]) -> dict[str, object]:
    return {"a": [1, "b", None]}


def _stream(event: dict[str, object], context: dict[str, object]) -> Iterator[str]:
    yield "a"
    yield "b"


async def _async(event: dict[str, object], context: dict[str, object]) -> str:
    return "a"


def _is_async(handler: Callable[..., object]) -> bool:
    """An `async def`, with or without `yield` (inspect.CO_COROUTINE, CO_ASYNC_GENERATOR; that module is large)."""
    code = getattr(handler, "__code__", None)
    return code is not None and code.co_flags & 0x280 != 0


def _refresh_randomness() -> None:
    """OpenSSL finds a fork out by the process id, and the child of process 1 in a new namespace is process 1 again."""
    ssl = sys.modules.get("ssl") or sys.modules.get("_ssl")
    if ssl is not None:
        ssl.RAND_add(os.urandom(32), 32.0)
    # It never looks whether it was forked: all calls would draw the same numbers.
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
