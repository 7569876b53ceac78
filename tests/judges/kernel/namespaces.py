"""Linux network namespaces without a name: they are gone with the process, whatever happens to it.

Nothing in them is linked to the host's network.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNET = 0x40000000
SEARCH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
SYSCTLS = {
    "ipv4/ip_forward": "1",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/conf/all/send_redirects": "0",
    "ipv4/conf/default/send_redirects": "0",
    "ipv6/conf/default/disable_ipv6": "1",
}

_libc = ctypes.CDLL(None, use_errno=True)


def why_not() -> str | None:
    """Why namespaces cannot be used here and what to do about it, or `None`."""
    missing = [tool for tool in ("ip", "nft") if shutil.which(tool, path=SEARCH) is None]
    if missing:
        return f"{' and '.join(missing)} not found: apt-get install iproute2 nftables"
    try:
        with Namespace() as namespace:
            namespace.ip(["link set lo up"])
            namespace.nft("table ip probe {\nchain c { type nat hook postrouting priority 100;\n}\n}\n")
    except OSError as error:
        return f"no network namespaces here ({error}): run as root, with CAP_SYS_ADMIN and CAP_NET_ADMIN"
    return None


class Namespace:
    """One network namespace; forwarding is on."""

    def __init__(self) -> None:
        with _home() as home:
            if _libc.unshare(CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            try:
                self._fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
                for name, value in SYSCTLS.items():
                    Path("/proc/sys/net", name).write_text(value, encoding="ascii")
            finally:
                _enter(home)

    def __enter__(self) -> Namespace:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    @property
    def path(self) -> str:
        """Where `ip` finds it."""
        return f"/proc/{os.getpid()}/fd/{self._fd}"

    @contextmanager
    def entered(self) -> Iterator[None]:
        with _home() as home:
            _enter(self._fd)
            try:
                yield
            finally:
                _enter(home)

    def ip(self, commands: list[str]) -> None:
        with self.entered():
            ip(commands)

    def nft(self, ruleset: str) -> None:
        with self.entered():
            _run(["nft", "-f", "-"], ruleset)

    def listen(self, port: int) -> socket.socket:
        """A socket in it whose connections the kernel accepts by itself."""
        with self.entered():
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.bind(("", port))
        listener.listen(64)
        return listener

    def connect(self, address: str, port: int, source_port: int) -> socket.socket:
        """A socket in it that has begun to connect."""
        with self.entered():
            client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.setblocking(False)
        client.bind(("", source_port))
        client.connect_ex((address, port))
        return client


def ip(commands: list[str]) -> None:
    _run(["ip", "-batch", "-"], "\n".join(commands) + "\n")


def _run(command: list[str], text: str) -> None:
    tool = shutil.which(command[0], path=SEARCH)
    assert tool is not None
    done = subprocess.run([tool, *command[1:]], input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise OSError(done.returncode, f"{' '.join(command)}: {done.stderr.strip()}")


@contextmanager
def _home() -> Iterator[int]:
    fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        yield fd
    finally:
        os.close(fd)


def _enter(fd: int) -> None:
    if _libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
