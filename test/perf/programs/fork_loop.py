"""The least that a fresh sandbox of a Python function can cost: fork, namespaces, mounts, drops, reap, in a loop.

usage: fork_loop.py SECONDS  (inside of a container with a user namespace; the image's runtime and handler are loaded, as
in its template, so that the pages to copy are the same)
"""

import ctypes
import gc
import json
import os
import sys
import time

sys.path[:0] = ["/opt/kontain/python", "/kubeless"]
from kontain_runtime.function import load_function  # noqa: E402
from kontain_runtime import template  # noqa: E402, F401

NEWNS, NEWUTS, NEWIPC, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000
NOSUID, NODEV, NOEXEC = 2, 4, 8
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38

libc = ctypes.CDLL(None, use_errno=True)
own_pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
no_capabilities = (ctypes.c_uint32 * 6)()
capability_header = (ctypes.c_uint32 * 2)(0x20080522, 0)


def check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def become_sandbox() -> None:
    check(libc.unshare(NEWNS | NEWIPC | NEWUTS | NEWNET))
    check(libc.mount(b"proc", b"/proc", b"proc", NOSUID | NODEV | NOEXEC, None))
    check(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", NOSUID | NODEV, b"size=16m,mode=1777"))
    capability = 0
    while libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    os.setresgid(1000, 1000, 1000)
    os.setresuid(1000, 1000, 1000)
    check(libc.capset(capability_header, no_capabilities))
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def child() -> None:
    code = 1
    try:
        become_sandbox()
        code = 0
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def fork_once() -> bool:
    check(libc.unshare(NEWPID))
    pid = os.fork()
    if pid == 0:
        child()
    check(libc.setns(own_pid_namespace, NEWPID))
    return os.waitpid(pid, 0)[1] == 0


def main(seconds: float) -> None:
    load_function(os.environ)
    gc.collect()
    gc.freeze()
    micros, errors = [], 0
    begun = now = time.perf_counter()
    while now < begun + seconds:
        good = fork_once()
        end = time.perf_counter()
        if good:
            micros.append(round((end - now) * 1e6))
        else:
            errors += 1
        now = end
    elapsed = round((now - begun) * 1e6)
    print(json.dumps({"elapsedMicros": elapsed, "micros": micros, "errors": errors, "firstError": ""}))


main(float(sys.argv[1]))
