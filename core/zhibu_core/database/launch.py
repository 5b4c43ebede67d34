"""Runs one program of PostgreSQL under another user id, and as a server of its own session where asked.

A script of its own, started as `python -I -S launch.py {json}` before any thread exists: changing ids and
capabilities between fork and exec of a threaded Python process is not safe. It imports nothing of Zhibu.
"""

import contextlib
import ctypes
import json
import os
import sys

DAC_OVERRIDE = 1
PR_SET_SECUREBITS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 28, 38, 47
NO_SETUID_FIXUP = 1 << 2
CAPABILITY_VERSION_3 = 0x20080522


def become(uid: int, gid: int, *, traverse: bool) -> None:
    """Gives up root for `uid` and `gid`; with `traverse` one capability stays, which passes closed parent folders."""
    prctl = _libc().prctl if traverse else None
    # PostgreSQL looks for its own files by access(2), which ignores an ordinary user's capabilities without this bit.
    keeps = prctl is not None and prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0) == 0
    with contextlib.suppress(PermissionError):  # denied in some user namespaces, whose root is an ordinary user outside
        os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if keeps:
        _keep_only_dac_override()


def _keep_only_dac_override() -> None:
    libc = _libc()
    bit = 1 << DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    low, none = [bit, bit, bit], [0, 0, 0]
    if libc.capset(header, (ctypes.c_uint32 * 6)(*low, *none)) != 0:
        libc.capset(header, (ctypes.c_uint32 * 6)(*none, *none))
        return
    libc.prctl(PR_CAP_AMBIENT, 2, DAC_OVERRIDE, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def detach() -> None:
    """Leaves terminal, process group and parent, so that Ctrl-C in the terminal does not reach the server."""
    if os.fork():
        os._exit(0)
    os.setsid()


def main() -> None:
    """Reads `{"command", "uid", "gid", "traverse", "detach"}` and becomes the command; exits 127 where it cannot."""
    order = json.loads(sys.argv[1])
    if order["detach"]:
        detach()
    try:
        os.umask(0o077)
        if order["uid"] is not None:
            become(order["uid"], order["gid"], traverse=order["traverse"])
        os.execv(order["command"][0], order["command"])  # noqa: S606
    except OSError as error:
        sys.stderr.write(f"FATAL:  {order['command'][0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(127)


if __name__ == "__main__":
    main()
