"""The user's function: where it is, how it is loaded, what it is called with (Kubeless' conventions)."""

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Mapping

from .request import Request, is_json, parse_json


class LoadError(Exception):
    """The function can not be loaded; the message says what to do."""


class Function:
    """The handler, and the context that each call gets a copy of."""

    __slots__ = ("handler", "context")

    def __init__(self, handler: Callable[[dict[str, object], dict[str, object]], object], context: dict[str, object]) -> None:
        self.handler = handler
        self.context = context

    def call(self, request: Request, body: bytes) -> object:
        return self.handler(make_event(request, body), dict(self.context))


def load_function(env: Mapping[str, str]) -> Function:
    """Runs the user's module. Whatever it raises, other than "not found", goes to the caller as it is."""
    folder = env.get("KUBELESS_INSTALL_VOLUME") or "/kubeless"
    module_name, name = _required(env, "MOD_NAME"), _required(env, "FUNC_HANDLER")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path[0:0] = [folder, f"{folder}/lib/{version}/site-packages"]
    module = _import_module(folder, module_name)
    handler = getattr(module, name, None)
    if not callable(handler):
        has = _listed(key for key, value in vars(module).items() if callable(value) and not key.startswith("_"))
        raise LoadError(f"The module {module_name!r} has no function {name!r}: define it, or change the handler. It has: {has}")
    context = {
        "function-name": getattr(handler, "__name__", name),
        "timeout": _timeout(env.get("FUNC_TIMEOUT") or "180"),
        "runtime": env.get("FUNC_RUNTIME"),
        "memory-limit": env.get("FUNC_MEMORY_LIMIT"),
    }
    return Function(handler, context)


def make_event(request: Request, body: bytes) -> dict[str, object]:
    header = request.get_header
    return {
        "data": parse_json(body) if is_json(request.content_type) else body,
        "event-id": header("event-id"),
        "event-type": header("event-type"),
        "event-time": header("event-time"),
        "event-namespace": header("event-namespace"),
        "extensions": {"request": request},
    }


def _import_module(folder: str, name: str) -> object:
    path = os.path.join(folder, f"{name}.py")
    if not os.path.isfile(path):
        if importlib.util.find_spec(name) is None:
            has = _listed(entry for entry in os.listdir(folder) if entry.endswith(".py"))
            raise LoadError(f"There is no module {name!r} in {folder}: add {name}.py, or change the handler. It has: {has}")
        return importlib.import_module(name)
    # By its path: a function may well be called like a module of the standard library.
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:20]) or "none"


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise LoadError(f"{name} is not set: the handler is <MOD_NAME>.<FUNC_HANDLER>")
    return value


def _timeout(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise LoadError(f"FUNC_TIMEOUT is not a number of seconds: {text!r}") from error
