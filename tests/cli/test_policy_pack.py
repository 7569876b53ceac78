"""`mailroute policy-pack`: the pack as a folder of one's own, and what it leaves alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailroute import pack
from mailroute.cli import policy_pack


def write(folder: Path) -> Result:
    return CliRunner().invoke(policy_pack.command, [str(folder)])


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_it_is_the_pack_and_the_digest_of_each_file(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pack"
    result = write(folder)
    written = contents(folder)
    manifest = written.pop(pack.MANIFEST).decode()
    assert written == contents(pack.DIRECTORY)
    assert {"PulumiPolicy.yaml", "requirements.txt", "__main__.py"} < set(written)
    assert sorted(manifest.splitlines()) == sorted(
        f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in written.items()
    )
    assert result.output == f"{len(written)} files written. Next: pulumi preview --policy-pack {folder}\n"


def test_its_description_is_for_any_project(tmp_path: Path) -> None:
    """Neither the make targets of this repository, nor App Runner alone."""
    write(tmp_path / "pack")
    described = (tmp_path / "pack" / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    assert "it needs this folder's requirements.txt." in described
    assert "Blocks a stack that leaves a service or function without a proven path" in described
    assert "make install" not in described


def test_the_command_to_go_on_with_is_quoted(tmp_path: Path) -> None:
    folder = tmp_path / "my pack"
    assert write(folder).output.endswith(f"Next: pulumi preview --policy-pack '{folder}'\n")


def test_what_was_written_before_is_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "pack"
    earlier = tmp_path / "earlier"
    for name, text in {"__main__.py": "old", "rules/gone.py": "old", "rules/kept.py": "kept"}.items():
        (earlier / name).parent.mkdir(parents=True, exist_ok=True)
        (earlier / name).write_text(text)
    with monkeypatch.context() as patched:
        patched.setattr(pack, "DIRECTORY", earlier)
        assert write(folder).exit_code == 0
    (folder / "venv").mkdir()
    (folder / "venv" / "pyvenv.cfg").write_text("theirs")
    (earlier / "rules" / "gone.py").unlink()
    (earlier / "__main__.py").write_text("new")
    monkeypatch.setattr(pack, "DIRECTORY", earlier)
    assert write(folder).exit_code == 0
    assert {name: text.decode() for name, text in contents(folder).items() if name != pack.MANIFEST} == {
        "__main__.py": "new",
        "rules/kept.py": "kept",
        "venv/pyvenv.cfg": "theirs",
    }


def changed(folder: Path) -> str:
    (folder / "rules" / "rule.py").write_text("theirs")
    return f"{folder}/rules/rule.py: mailroute has not written that, or it was changed since"


def another(folder: Path) -> str:
    (folder / pack.MANIFEST).unlink()
    return f"{folder}: neither an empty folder nor a pack that mailroute has written"


def a_file_more(folder: Path) -> str:
    lines = (folder / pack.MANIFEST).read_text().splitlines(keepends=True)
    (folder / pack.MANIFEST).write_text("".join(line for line in lines if "rule.py" not in line))
    return f"{folder}/rules/rule.py: mailroute has not written that"


def above(folder: Path) -> str:
    precious = folder.parent / "precious"
    precious.write_text("theirs")
    with (folder / pack.MANIFEST).open("a") as manifest:
        manifest.write(f"{hashlib.sha256(b'theirs').hexdigest()}  ../precious\n")
    return f"{folder}/{pack.MANIFEST}: mailroute has not written"


@pytest.mark.parametrize("change", [changed, another, a_file_more, above])
def test_what_it_has_not_written_is_left_alone(tmp_path: Path, change: Callable[[Path], str]) -> None:
    folder = tmp_path / "pack"
    write(folder)
    said = change(folder)
    before = contents(tmp_path)
    result = write(folder)
    assert result.output.startswith(f"Error: {said}")
    assert result.output.count("\n") == 1
    assert result.exit_code == 1  # `main` makes 2 of it
    assert contents(tmp_path) == before


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "pack").write_text("theirs")
    assert "neither an empty folder nor a pack" in write(tmp_path / "pack").output
    assert f"{tmp_path}/pack/deep" in write(tmp_path / "pack" / "deep").output
    assert (tmp_path / "pack").read_text() == "theirs"


@pytest.mark.hostile("files")
@pytest.mark.parametrize("link", ["PulumiPolicy.yaml", "rules", pack.MANIFEST])
def test_nothing_is_written_through_a_link(tmp_path: Path, link: str) -> None:
    folder, outside = tmp_path / "pack", tmp_path / "outside"
    assert write(folder).exit_code == 0
    (folder / link).rename(outside)
    (folder / link).symlink_to(outside)
    before = contents(tmp_path)
    result = write(folder)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {folder}")
    assert contents(tmp_path) == before


@pytest.mark.hostile("files")
def test_nothing_is_made_or_removed_behind_a_link(tmp_path: Path) -> None:
    folder, outside = tmp_path / "pack", tmp_path / "outside"
    assert write(folder).exit_code == 0
    (folder / "PulumiPolicy.yaml").unlink()
    (folder / "PulumiPolicy.yaml").symlink_to(outside)
    assert "leads elsewhere by a symbolic link" in write(folder).output
    assert not outside.exists()
    outside.mkdir()
    (outside / "old.py").write_text("theirs")
    (folder / "PulumiPolicy.yaml").unlink()
    (folder / "more").symlink_to(outside)
    with (folder / pack.MANIFEST).open("a") as manifest:
        manifest.write(f"{hashlib.sha256(b'theirs').hexdigest()}  more/old.py\n")
    assert "leads elsewhere by a symbolic link" in write(folder).output
    assert (outside / "old.py").read_text() == "theirs"
