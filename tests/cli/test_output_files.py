"""Files that commands write: refused before any work, and never half-written."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest

from mailroute.cli.output import save
from mailroute.cli.parameters import OutputFile

LARGE = "0123456789\n" * 100_000
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108


def test_what_was_there_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    file, other = tmp_path / "report.md", tmp_path / "other.md"
    file.write_text("before")
    file.chmod(0o604)
    other.hardlink_to(file)
    save(file, LARGE)
    assert (file.read_text(), file.stat().st_mode & 0o777) == (LARGE, 0o604)
    assert other.read_text() == "before"
    assert set(tmp_path.iterdir()) == {file, other}


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    plain, file = tmp_path / "plain", tmp_path / "report.md"
    plain.touch()
    save(file, "é\n")
    assert file.read_bytes() == "é\n".encode()
    assert file.stat().st_mode == plain.stat().st_mode


@pytest.mark.skipif(not SHARED_MEMORY.is_dir(), reason="needs a file system beside that of /tmp")
def test_what_a_link_leads_to_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "link.md"
    with TemporaryDirectory(dir=SHARED_MEMORY) as elsewhere:
        file = Path(elsewhere) / "report.md"
        link.symlink_to(file)
        save(link, "after")
        assert link.is_symlink()
        assert file.read_text() == "after"


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file of this process may grow beyond 100 kB."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    file.write_text("before")
    with pytest.raises(click.ClickException, match=r"report\.md: cannot be written: File too large"):
        save(file, LARGE)
    assert file.read_text() == "before"


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert OutputFile()(str(pipe)) == pipe
    save(pipe, "after")
    assert os.read(reader, 100) == b"after"
    assert pipe.is_fifo()
    os.close(reader)


def test_a_device_is_written_to_as_it_is() -> None:
    terminal, device = os.openpty()
    save(Path(os.ttyname(device)), "after")
    assert os.read(terminal, 100) == b"after"
    os.close(device)
    os.close(terminal)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (".", "is a directory"),
        ("nowhere/report.md", r"nowhere' cannot be written to"),
        ("file/report.md", "Not a directory"),
        ("loop", "Too many levels of symbolic links"),
        ("x" * 300, "File name too long"),
        ("locked.md", "is not writable"),
        ("locked/report.md", r"locked' cannot be written to"),
        ("link.md", r"locked' cannot be written to"),
    ],
)
def test_what_cannot_be_written_is_refused_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, says: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "locked.md").touch()
    (tmp_path / "locked").mkdir()
    (tmp_path / "link.md").symlink_to("locked/report.md")
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda it, mode: "locked" not in Path(it).name and allowed(it, mode))
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(click.BadParameter, match=says):
        OutputFile()(path)
    assert sorted(tmp_path.iterdir()) == before
