"""`mailroute policy-pack`: the policy pack as a folder of one's own."""

from __future__ import annotations

import hashlib
import re
import shlex
from pathlib import Path, PurePosixPath
from typing import Final

import click

from mailroute import pack

from .output import write
from .status import Status

_ENTRY: Final = re.compile(r"([0-9a-f]{64})  (.+)")


@click.command("policy-pack", short_help="Write the policy pack into a folder, for the Pulumi CLI.")
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
def command(directory: Path) -> int:
    """Write mailroute's policy pack into DIR: a folder that needs nothing else of mailroute.

    A pack that was written there before is renewed. A folder with anything else in it, or with a file that
    was changed since, is left alone.

    \b
    Examples:
      mailroute policy-pack mailroute-pack
      pulumi preview --policy-pack mailroute-pack
    """
    try:
        count = write_pack(directory)
    except OSError as error:
        raise click.ClickException(f"{error.filename or directory}: {error.strerror}") from error
    write(f"{count} files written. Next: pulumi preview --policy-pack {shlex.quote(str(directory))}\n")
    return Status.OK


def write_pack(directory: Path) -> int:
    """Write the pack into `directory`, over one that was written there before: how many files it has.

    Raises:
        click.ClickException: there is something else; nothing is changed.
        OSError: it cannot be written.
    """
    files = {
        path.relative_to(pack.DIRECTORY).as_posix(): path.read_bytes()
        for path in sorted(pack.DIRECTORY.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    before = _written(directory)
    for name in sorted({*files, *before}):
        path = directory / name
        if _is_linked(directory, name):
            raise click.ClickException(f"{path}: leads elsewhere by a symbolic link: name another folder")
        if path.exists() and (not path.is_file() or _digest(path.read_bytes()) != before.get(name)):
            raise click.ClickException(
                f"{path}: mailroute has not written that, or it was changed since: name another folder"
            )
    for name in before.keys() - files.keys():
        (directory / name).unlink(missing_ok=True)
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    lines = (f"{_digest(content)}  {name}\n" for name, content in files.items())
    (directory / pack.MANIFEST).write_text("".join(lines), encoding="utf-8")
    return len(files)


def _written(directory: Path) -> dict[str, str]:
    """The files that mailroute has written into `directory`, by their names within it: the digest of each."""
    manifest = directory / pack.MANIFEST
    if manifest.is_symlink() or not manifest.is_file():
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise click.ClickException(
                f"{directory}: neither an empty folder nor a pack that mailroute has written: name another"
            )
        return {}
    written: dict[str, str] = {}
    for line in manifest.read_text(encoding="utf-8", errors="replace").splitlines():
        entry = _ENTRY.fullmatch(line)
        if entry is None or entry[2].startswith("/") or ".." in PurePosixPath(entry[2]).parts:
            raise click.ClickException(f"{manifest}: mailroute has not written {line!r}: name another folder")
        written[entry[2]] = entry[1]
    return written


def _is_linked(directory: Path, name: str) -> bool:
    """Whether a file of that name in `directory` is elsewhere: whoever made the link could name any file."""
    parts = PurePosixPath(name)
    return any((directory / part).is_symlink() for part in (parts, *parts.parents[:-1]))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
