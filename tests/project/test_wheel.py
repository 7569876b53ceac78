"""The wheel is all of mailroute: installed into a fresh environment, it rehearses programs from there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest

from tests.project.test_make import SET_UP, make

ROOT = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "your-own-program.md"

pytestmark = pytest.mark.xdist_group("wheel")

HIDDEN: Final = ("bench", "components", "evidence", "policies", "reachability", "rules", "tests")
"""Packages of this repository that a program may have of the same name."""
PROGRAM: Final = f"""
import pulumi
import pulumi_aws
{"".join(f"import {name}.own{chr(10)}" for name in HIDDEN)}
pulumi.export("own", [{", ".join(f"{name}.own.__name__" for name in HIDDEN)}])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a package index."""
    folder = tmp_path_factory.mktemp("wheel")
    made = make(*SET_UP, "wheel", f"ARGS={folder}")
    assert made.returncode == 0, made.stderr
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel, and a link to the locked packages that it requires."""
    environment = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(environment, with_pip=False, symlinks=True)
    [packages] = environment.glob("lib/python*/site-packages")
    # A path in a .pth file brings the packages, and not what their own .pth files lead to.
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python = str(environment / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    options = ["install", "--quiet", "--no-index", "--no-deps", "--no-compile"]
    subprocess.run([*pip, *options, str(wheel)], check=True, capture_output=True)
    return environment / "bin"


def run(
    command: Path, *arguments: str | Path, cwd: Path, status: int | None = 0
) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        [str(command), *map(str, arguments)],
        cwd=cwd,
        env={**inherited, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done


def rehearsed(installed: Path, *arguments: str | Path, cwd: Path, status: int) -> dict[str, Any]:
    command = ("rehearse", *arguments, "--no-creation", "--json")
    document: dict[str, Any] = json.loads(
        run(installed / "mailroute", *command, cwd=cwd, status=status).stdout
    )
    return document


def test_nothing_but_mailroute_is_at_its_top(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {"mailroute", "mailroute-0.1.0.dist-info"}
    inside = {name for name in names if name.startswith("mailroute/policies/")}
    tracked = subprocess.run(
        ["git", "ls-files", "policies"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {name.removeprefix("mailroute/") for name in inside} >= set(tracked)
    assert not [name for name in names if "__pycache__" in name]


FOUND: Final = f"from importlib.util import find_spec as f; print(*filter(f, {('mailroute', *HIDDEN)}))"


def test_nothing_else_is_importable(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "python", "-c", FOUND, cwd=tmp_path).stdout == "mailroute\n"


def test_a_checkout_makes_nothing_else_importable(tmp_path: Path) -> None:
    assert run(Path(sys.executable), "-c", FOUND, cwd=tmp_path).stdout == "mailroute\n"


def test_the_page_for_a_stranger_s_program(installed: Path, tmp_path: Path) -> None:
    """Each command of the page, but those that need a package index, AWS or the Pulumi CLI."""
    shop = tmp_path / "shop"
    shutil.copytree(ROOT / "tests" / "cli" / "programs" / "blocked", shop)
    shutil.copy(ROOT / "accounts" / "prod.json", shop / "account.json")
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    commands = [line.split() for block in blocks for line in block.splitlines()]
    assert [command[:2] for command in commands if command[0] != "mailroute"] == [
        ["pip", "install"], ["cd", "shop"], ["export", "MAILROUTE_EVIDENCE=account.json"],
        ["pulumi", "preview"],
    ]  # fmt: skip
    shown = []
    for command in (command[1:] for command in commands if command[0] == "mailroute"):
        if command[0] == "snapshot":
            continue
        judges = command[0] == "rehearse"
        alone = ["--no-creation"] if judges else []
        alone += (
            ["--json"] if "--policy-pack" in command else []
        )  # A report says once what a policy says too.
        shown.append(run(installed / "mailroute", *command, *alone, cwd=shop, status=int(judges)).stdout)
        if command[0] == "policy-pack":
            finding = shop / "mailroute-pack" / "reachability" / "findings" / "routing.py"
            text = finding.read_text(encoding="utf-8")
            finding.write_text(text.replace("has no route to", "has NO ROUTE to"), encoding="utf-8")
    empty, configured, in_account, written, by_written = shown
    assert "  __main__.py:11: aws.apprunner.Service(" in empty
    assert "account: an empty one in us-east-1" in configured
    assert "has no route to smtp-relay.brevo.com" in in_account
    assert written.endswith("files written. Next: pulumi preview --policy-pack mailroute-pack\n")
    (violation,) = json.loads(by_written)["policies"]
    assert "has NO ROUTE to smtp-relay.brevo.com" in violation["message"]


def test_a_program_finds_its_own_packages(installed: Path, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    for name in HIDDEN:
        (shop / name).mkdir(parents=True)
        (shop / name / "own.py").write_text("", encoding="utf-8")
    (shop / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (shop / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    document = rehearsed(installed, cwd=shop / "tests", status=0)
    assert document["outputs"] == {"own": [f"{name}.own" for name in HIDDEN]}
