"""libkontainer, which forks this warmed process into a new sandbox for each call (src/kontainer/native/kontainer.h)."""

import ctypes
import os

_DEFAULT_PATH = "/opt/kontain/lib/libkontainer.so"


class Libkontainer:
    """PyDLL keeps the GIL, so no other Python code runs between the fork and what must follow it."""

    def __init__(self, path: str | None = None) -> None:
        self._library = ctypes.PyDLL(path or _DEFAULT_PATH, use_errno=True)

    def run_template(self, control_fd: int) -> None:
        """Forks a child a call; returns in each child only, where it already is in its sandbox."""
        ctypes.pythonapi.PyOS_BeforeFork()
        result = self._library.kontainer_template_run(control_fd)
        # In the child: new GIL and thread state, and the after-fork hooks (`random` gets a new seed here).
        ctypes.pythonapi.PyOS_AfterFork_Child()
        if result != 0:
            raise OSError(ctypes.get_errno(), "kontainer_template_run failed")

    def accept(self) -> int:
        """Says that this child is ready; returns the call's stream socket once there is a call."""
        fd = self._library.kontainer_accept()
        if fd < 0:
            raise OSError(ctypes.get_errno(), "kontainer_accept failed")
        os.set_blocking(fd, True)
        return fd
