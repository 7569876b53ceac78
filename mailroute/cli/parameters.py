"""Kinds of argument: what a person types, checked where it is typed."""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HIGHEST_PORT: Final = 65535
_READING_TIMEOUT: Final = 300
"""That of `evidence.live`, which takes too long to import for a `--help`."""


class HostAndPort(click.ParamType[tuple[str, int]]):
    """`HOST:PORT` as `(host, port)`: a name, an IPv4 address, or an IPv6 address in brackets."""

    name = "HOST:PORT"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        try:
            return _host_and_port(str(value).strip())
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


def _host_and_port(text: str) -> tuple[str, int]:
    """
    Raises:
        ValueError: what is wrong with it.
    """
    host, _, port = text.rpartition(":")
    if "//" in text:
        raise ValueError("leave out the scheme: give a host and a port, as in smtp.example.com:587")
    if not host:
        raise ValueError("give a host and a port, as in smtp.example.com:587")
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= _HIGHEST_PORT):
        raise ValueError(f"the port {port!r} is not a number from 1 to {_HIGHEST_PORT}")
    if host.startswith("[") and host.endswith("]"):
        return _ipv6(host[1:-1]), int(port)
    if ":" in host:
        raise ValueError("put an IPv6 address in brackets, as in [2001:db8::1]:587")
    from reachability.hosts import is_valid

    if not is_valid(host):
        raise ValueError(f"{host!r} is neither a host name nor an IPv4 address")
    return host, int(port)


def _ipv6(host: str) -> str:
    if "%" in host:
        raise ValueError(f"{host!r} names an interface, which means something on one machine only")
    return str(ipaddress.IPv6Address(host))


class Ids(click.ParamType[tuple[str, ...]]):
    """Ids of one kind, with commas between, as a tuple without doubles."""

    name = "ID,..."

    def __init__(self, prefix: str) -> None:
        self._id = re.compile(rf"{prefix}-[0-9a-z-]+")
        self._example = f"{prefix}-0123456789abcdef0"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        ids = tuple(dict.fromkeys(part.strip() for part in str(value).split(",") if part.strip()))
        for wrong in (part for part in ids if not self._id.fullmatch(part)):
            self.fail(f"{wrong!r} is not an id such as {self._example}", param, ctx)
        if not ids:
            self.fail(f"give at least one id, as in {self._example}", param, ctx)
        return ids


SECONDS: Final = click.IntRange(1, 86_400)
"""Of a timeout: a day at most; threads and processes cannot wait for much more."""


def reading_timeout(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of commands that read an account: `timeout`, in seconds."""
    return click.option(
        "--timeout",
        type=SECONDS,
        default=_READING_TIMEOUT,
        show_default=True,
        metavar="SECONDS",
        help="Stop reading the account after that long; what is not read by then is left open.",
    )(command)


def account_region(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of commands that ask for a service by name or ARN: `region`."""
    return click.option(
        "--region",
        metavar="R",
        help="The AWS region.  [default: that of the ARN, $AWS_REGION, or the profile's]",
    )(command)


def saved_evidence(*more: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option of commands that also judge a saved account: `file`. `more` are other names of it."""
    return click.option(
        "--evidence",
        *more,
        "file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Read an account saved by 'mailroute snapshot' instead of AWS.",
    )


class KeyAndValue(click.ParamType[tuple[str, str]]):
    """`KEY=VALUE` as `(key, value)`: the value may hold more of `=`, and may be empty."""

    name = "KEY=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        key, separator, text = str(value).partition("=")
        if not key or not separator:
            self.fail(f"{key!r}: write it as KEY=VALUE", param, ctx)
        return key, text


class StackFile(click.ParamType[tuple[str, Path]]):
    """`STACK=FILE` as `(name, file)`, or a folder of such files as `("", folder)`."""

    name = "STACK=FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path]:
        text = os.fsdecode(value)
        if Path(text).is_dir():
            return "", Path(text)
        name, separator, file = text.partition("=")
        if not name or not separator:
            self.fail(f"{text!r}: write it as ORG/PROJECT/STACK=FILE, or name a folder", param, ctx)
        if not Path(file).is_file():
            self.fail(f"{name}: {file!r}: no such file", param, ctx)
        return name, Path(file)


class OutputFile(click.Path):
    """A file to write: that it can be written is known before any work is done."""

    def __init__(self, *, allow_dash: bool = False) -> None:
        super().__init__(dir_okay=False, writable=True, readable=False, allow_dash=allow_dash, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if self.allow_dash and str(path) == "-":
            return path
        try:
            path.stat()
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            self.fail(f"{str(value)!r}: {getattr(error, 'strerror', error)}", param, ctx)
        folder = path.resolve().parent
        if is_replaced(path) and not os.access(folder, os.W_OK | os.X_OK):
            self.fail(f"{str(value)!r}: the directory {str(folder)!r} cannot be written to", param, ctx)
        return path


class FormatAndFile(click.ParamType[tuple[str, Path]]):
    """`FORMAT=FILE`: one of the formats that there are, and the file to write it to, as `(format, file)`."""

    name = "FORMAT=FILE"

    def __init__(self, formats: Iterable[str]) -> None:
        self._formats = tuple(formats)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path]:
        form, separator, file = str(value).partition("=")
        if form not in self._formats or not separator:
            known = ", ".join(self._formats)
            self.fail(f"{value!r}: write it as FORMAT=FILE, FORMAT one of {known}", param, ctx)
        return form, OutputFile().convert(file, param, ctx)


def is_replaced(path: Path) -> bool:
    """Whether a new file takes the place of `path`: a device or a pipe is written to as it is."""
    return path.is_file() or not path.exists()


def refuse_doubles(files: Iterable[Path]) -> None:
    """
    Raises:
        UsageError: one file would be written twice.
    """
    written = [file.resolve() for file in files]
    for file in written:
        if written.count(file) > 1 and is_replaced(file):
            raise click.UsageError(f"{file}: given for more than one output: name a file for each")
