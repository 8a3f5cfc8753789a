"""The entry point of the image: loads the function, then serves it in the way that the environment asks for."""

import os
import sys

from kontain_runtime.function import Function, LoadError, load_function


def main() -> int:
    env = os.environ
    template_fd, stream_fd = env.pop("KONTAIN_TEMPLATE_FD", None), env.pop("KONTAIN_STREAM_FD", None)
    library_path = env.pop("KONTAIN_LIBRARY", None)
    _line_buffered_output()
    if sys.argv[1:] == ["--check"]:
        from kontain_runtime.check import check

        return check(env)
    function = _load()
    if function is None:
        return 1
    limit = int(env["FUNC_MEMFILE_MAX"]) if env.get("FUNC_MEMFILE_MAX") else None
    if template_fd is not None:
        from kontain_runtime.libkontainer import Libkontainer
        from kontain_runtime.template import run_template

        return run_template(int(template_fd), function, limit, Libkontainer(library_path))
    from kontain_runtime.server import serve_one, serve_port

    if stream_fd is not None:
        serve_one(int(stream_fd), function, limit)
    else:
        serve_port(int(env.get("PORT") or env.get("FUNC_PORT") or "8080"), function, limit)
    return 0


def _line_buffered_output() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _load() -> Function | None:
    try:
        return load_function(os.environ)
    except LoadError as error:
        print(f"Cannot load the function: {error}", file=sys.stderr)
    except BaseException as error:
        print(f"Cannot load the function: {type(error).__name__}: {error}", file=sys.stderr)
        sys.__excepthook__(*sys.exc_info())
    return None


def _exit_code(exit_: SystemExit) -> int:
    if exit_.code is None or isinstance(exit_.code, int):
        return exit_.code or 0
    print(exit_.code, file=sys.stderr)
    return 1


def _run() -> int:
    try:
        return main()
    except SystemExit as exit_:
        return _exit_code(exit_)
    except BaseException:
        sys.__excepthook__(*sys.exc_info())
        return 1


if __name__ == "__main__":
    code = _run()
    # At once: the caller waits for our end, and a forked child owns nothing that needs cleaning up.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            pass
    os._exit(code)
