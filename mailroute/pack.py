"""The policy pack that comes with mailroute: a folder that stands by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_INSTALLED: Final = _PACKAGE / "policies"

DIRECTORY: Final = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "policies"
"""Where it is: inside this package where that is installed from a wheel, beside it in a checkout."""

MANIFEST: Final = "mailroute.sha256"
"""The file of a folder that the pack was written into: what was written, as `sha256sum --check` reads it."""


def written_in(project: Path) -> Path | None:
    """The folder of `project` that the pack was written into, if there is one."""
    return next((file.parent for file in sorted(project.glob(f"*/{MANIFEST}"))), None)


def is_it(directory: Path) -> bool:
    """Whether `directory` is the pack, or a copy of it that nobody has changed."""
    if directory.resolve() == DIRECTORY:
        return True
    own = [path.relative_to(DIRECTORY) for path in DIRECTORY.rglob("*.py")]
    return all(
        (directory / path).is_file() and (directory / path).read_bytes() == (DIRECTORY / path).read_bytes()
        for path in own
    )
