"""libkontainer, which forks this warmed process into a new sandbox for each call (src/kontainer/native/kontainer.h)."""

import ctypes
import os
from collections.abc import Callable

_AF_UNIX, _SOCK_STREAM = 1, 1
_DEFAULT_PATH = "/opt/kontain/lib/libkontainer.so"


class Libkontainer:
    """PyDLL keeps the GIL, so no other Python code runs between the fork and what must follow it."""

    def __init__(self, path: str | None = None) -> None:
        self._library = ctypes.PyDLL(path or _DEFAULT_PATH, use_errno=True)

    def serve(self, control_fd: int, timeout_ms: int) -> bool:
        """Forks a child for each call until none has come for so long; -1 is for ever.

        True in a child, where it already is in its sandbox; False in the parent.
        """
        ctypes.pythonapi.PyOS_BeforeFork()
        result = self._library.kontainer_template_serve(control_fd, timeout_ms)
        if result == 0:
            # New GIL and thread state, and the after-fork hooks (`random` gets a new seed here).
            ctypes.pythonapi.PyOS_AfterFork_Child()
            return True
        ctypes.pythonapi.PyOS_AfterFork_Parent()
        if result < 0:
            raise OSError(ctypes.get_errno(), "kontainer_template_serve failed")
        return False

    def rehearse(self, exchange: Callable[[], None]) -> None:
        """Runs an exchange in a fork, so that later forks know which pages it writes."""
        ctypes.pythonapi.PyOS_BeforeFork()
        result = self._library.kontainer_rehearsal_begin()
        if result != 0:
            ctypes.pythonapi.PyOS_AfterFork_Parent()
            return
        ctypes.pythonapi.PyOS_AfterFork_Child()
        exchange()
        self._library.kontainer_rehearsal_end()

    def socketpair(self) -> tuple[int, int]:
        """Connected stream sockets. The module `socket` is large, and needed for nothing else."""
        ends = (ctypes.c_int * 2)()
        if self._library.socketpair(_AF_UNIX, _SOCK_STREAM | os.O_CLOEXEC, 0, ends) != 0:
            raise OSError(ctypes.get_errno(), "socketpair failed")
        return ends[0], ends[1]

    def accept(self) -> int:
        """Says that this child is ready; returns the call's stream socket once there is a call."""
        fd = self._library.kontainer_accept()
        if fd < 0:
            raise OSError(ctypes.get_errno(), "kontainer_accept failed")
        os.set_blocking(fd, True)
        return fd

    def finish(self, fd: int) -> None:
        """Ends the stream so that the caller gets all of the answer, whatever it still sends."""
        self._library.kontainer_finish(fd)
