"""Check mode: before a function is served, its author is told what would keep it from being loaded."""

import os
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType

from .function import LoadError, load_function

# Only the author can help.
EXIT_REFUSED = 2


def check(env: MutableMapping[str, str]) -> int:
    """The last line that it prints says what is wrong and what to do."""
    # The function shall not see how it is looked at.
    del sys.argv[1:]
    folder = env.get("KUBELESS_INSTALL_VOLUME") or "/kubeless"
    try:
        load_function(env)
        return 0
    except LoadError as error:
        verdict = str(error)
    except BaseException as error:
        traceback.print_exception(error.with_traceback(_own_part(error.__traceback__, folder)))
        verdict = f"{_place(error, folder)}{_explain(error)}"
    sys.stdout.flush()
    print(" ".join(verdict.split()), file=sys.stderr)
    return EXIT_REFUSED


def _explain(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    if isinstance(error, ModuleNotFoundError):
        name = (error.name or "").partition(".")[0]
        return f"{error}: add the package that has {name!r} to requirements.txt (--dependencies), or its file to the source"
    if isinstance(error, SystemExit):
        return f"The module ends the process while it is imported (SystemExit: {error.code}): do that in the handler only"
    return f"{type(error).__name__}: {error}"


def _own_part(trace: TracebackType | None, folder: str) -> TracebackType | None:
    """From the first of the function's own files on: how we came there says nothing to its author."""
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith(os.path.join(folder, "")):
        trace = trace.tb_next
    return trace


def _place(error: BaseException, folder: str) -> str:
    """`hello.py, line 3: ` of the function's own files, where the error is from one."""
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    prefix = os.path.join(folder, "")
    own = [(name.removeprefix(prefix), line) for name, line in frames if name.startswith(prefix) and "/site-packages/" not in name]
    return f"{own[-1][0]}, line {own[-1][1]}: " if own else ""
