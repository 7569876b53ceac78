"""The Python that runs a program is the one that Pulumi would take; what it lacks is said with a remedy."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from mailroute.rehearsal.environment import active_python
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import Interpreter, RehearsalError
from mailroute.rehearsal.shared.remedies import with_remedy
from tests.embedded.conftest import Rehearser


def stub(file: Path, script: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def load(root: Path, options: str, files: str = "") -> Project:
    """The project in `root / "all" / "shop"`, whose program is in `app` there."""
    shop = root / "all" / "shop"
    for name in ("app/__main__.py", *files.split()):
        (shop / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / name).touch()
    runtime = f"{{name: python, options: {{{options}}}}}"
    (shop / "Pulumi.yaml").write_text(f"name: shop\nmain: app\nruntime: {runtime}\n", encoding="utf-8")
    return Project.load(shop, "dev")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No toolchain, and no other Python than that of the tests, is on PATH."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)


OF_THE_PROJECT = [
    ("virtualenv: venv", "", "venv"),
    ("toolchain: pip, virtualenv: ../envs/shop", "", "../envs/shop"),
    ("virtualenv: venv", "requirements.txt", "venv"),
    ("toolchain: uv", "", "app/.venv"),
    ("toolchain: uv", "pyproject.toml", ".venv"),
    ("toolchain: uv", "app/pyproject.toml ../uv.lock", "../.venv"),
    ("toolchain: uv, virtualenv: envs/uv", "uv.lock", "envs/uv"),
    ("", "uv.lock poetry.lock", ".venv"),
    ("", "app/poetry.lock app/pyproject.toml", "app/.venv"),
    ("toolchain: poetry, virtualenv: venv", "pyproject.toml", ".venv"),
]


@pytest.mark.parametrize(("options", "files", "folder"), OF_THE_PROJECT)
def test_a_project_runs_in_its_own_environment(tmp_path: Path, options: str, files: str, folder: str) -> None:
    python = tmp_path / "all" / "shop" / folder / "bin" / "python"
    stub(python, "exit 1")
    project = load(tmp_path, options, files)
    assert Path(project.python).resolve() == python.resolve()
    assert project.diagnostics == ()


@pytest.mark.parametrize(
    ("options", "files", "missing", "install"),
    [
        ("virtualenv: venv", "", "virtualenv 'venv'", ""),
        (
            "virtualenv: venv",
            "requirements.txt",
            "virtualenv 'venv'",
            "python3 -m venv SHOP/venv && SHOP/venv/bin/python -m pip install -r SHOP/requirements.txt",
        ),
        ("", "app/uv.lock", "the virtualenv of uv", "uv sync"),
        ("toolchain: poetry", "", "the virtualenv of poetry", "poetry install"),
    ],
)
def test_an_environment_that_is_not_there_is_said(
    tmp_path: Path, options: str, files: str, missing: str, install: str
) -> None:
    project = load(tmp_path, options, files)
    shop = str(tmp_path / "all" / "shop")
    assert [note.message for note in project.diagnostics] == [
        f"{shop}/Pulumi.yaml: {missing} is not there: {sys.executable} runs it instead"
    ]
    assert project.environment.install == install.replace("SHOP", shop)


def test_poetry_is_asked_for_its_environment(tmp_path: Path) -> None:
    python = stub(tmp_path / "cache" / "shop-py3.11" / "bin" / "python", "exit 1")
    answer = (
        f'[ "$PWD $*" = "{tmp_path}/all/shop/app env info --path --no-ansi" ] && echo {python.parents[1]}'
    )
    stub(tmp_path / "bin" / "poetry", answer)
    assert load(tmp_path, "toolchain: poetry").python == str(python)
    inside = stub(tmp_path / "all" / "shop" / "app" / ".venv" / "bin" / "python", "exit 1")
    assert load(tmp_path, "toolchain: poetry").python == str(inside)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ("toolchain: conda", "runtime option toolchain is 'conda': Pulumi knows pip, poetry, uv"),
        ("toolchain: false", "runtime option toolchain is False: Pulumi knows pip, poetry, uv"),
        ("typechecker: ruff", "runtime option typechecker is 'ruff': Pulumi knows mypy, pyright"),
        ("virtualenv: [venv]", "runtime option virtualenv is ['venv']: it must be the path of a folder"),
    ],
)
def test_an_option_that_pulumi_does_not_know(tmp_path: Path, options: str, part: str) -> None:
    with pytest.raises(RehearsalError, match=re.escape(part)):
        load(tmp_path, options)


def test_another_language_is_said_before_all_else(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: nodejs\nmain: bin\n", encoding="utf-8")
    with pytest.raises(RehearsalError, match="runtime is 'nodejs': mailroute rehearses Python programs only"):
        Project.load(tmp_path, "dev")


# Without one of its own


def test_the_active_python_runs_where_it_has_the_sdk(tmp_path: Path) -> None:
    assert active_python() == sys.executable
    found = stub(tmp_path / "bin" / "python", "echo")
    assert active_python() == sys.executable
    stub(tmp_path / "bin" / "python3", f"case $2 in *find_spec*pulumi*) echo {tmp_path}/real/python;; esac")
    assert active_python() == f"{tmp_path}/real/python"
    assert found.exists()


def test_the_python_that_pulumi_is_told_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_PYTHON_CMD", "python9")
    with pytest.raises(RehearsalError, match="PULUMI_PYTHON_CMD is 'python9': there is no such command"):
        active_python()
    python = stub(tmp_path / "bin" / "python9", "exit 1")
    assert active_python() == str(python)


def test_a_result_names_the_python_that_ran(rehearser: Rehearser) -> None:
    rehearser.write("", project="")
    assert rehearser.run().python == Interpreter(sys.executable, sys.version.split()[0])


def test_another_python_is_asked_for_its_version(rehearser: Rehearser) -> None:
    python = rehearser.directory / "venv" / "bin" / "python"
    stub(python, f'case "$*" in *sys.version*) echo 3.9.1;; *) exec {sys.executable} "$@";; esac')
    rehearser.write("")
    (rehearser.directory / "Pulumi.yaml").write_text(
        "name: demo\nruntime: {name: python, options: {virtualenv: venv}}\n", encoding="utf-8"
    )
    assert rehearser.run().python == Interpreter(str(python), "3.9.1")


OLDER = """
import runpy, sys
import pulumi.runtime

class Settings(pulumi.runtime.Settings):
    def __init__(self, project, stack, parallel, dry_run, monitor, engine):
        super().__init__(
            project=project, stack=stack, parallel=parallel, dry_run=dry_run, monitor=monitor, engine=engine
        )

pulumi.runtime.Settings = Settings
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Starts a program as an SDK does that knows neither organizations nor root directories."""


def test_an_older_sdk_runs_a_program(rehearser: Rehearser) -> None:
    python = rehearser.directory / "venv" / "bin" / "python"
    older = rehearser.directory / "older.py"
    run = f"exec {sys.executable}"
    stub(python, f'[ "$1" = -u ] && shift && {run} -u {older} "$@"; {run} "$@"')
    rehearser.write("import pulumi\npulumi.export('stack', pulumi.get_stack())\n", **{"older.py": OLDER})
    (rehearser.directory / "Pulumi.yaml").write_text(
        "name: demo\nruntime: {name: python, options: {virtualenv: venv}}\n", encoding="utf-8"
    )
    assert rehearser.run().outputs == {"stack": "dev"}


# What it lacks


NEW = "TypeError: Eip._internal_init() got an unexpected keyword argument 'vpc'"
OF_A_GETTER = "TypeError: get_vpc() got an unexpected keyword argument 'vpcs'"


@pytest.mark.parametrize(
    ("message", "requirements", "remedy"),
    [
        (NEW, {}, ": pulumi-aws VERSION runs it"),
        (OF_A_GETTER, {}, ""),
        (
            NEW,
            {"requirements.txt": "pulumi>=3\npulumi-aws >=5.0.0,<6.0.0 # old\n"},
            ": pulumi-aws VERSION runs it, and requirements.txt asks for pulumi-aws >=5.0.0,<6.0.0",
        ),
        (
            OF_A_GETTER,
            {"app/pyproject.toml": 'dependencies = [\n  "pulumi_aws<7",\n]\n'},
            ": pulumi-aws VERSION runs it, and pyproject.toml asks for pulumi_aws<7",
        ),
        (NEW, {"pyproject.toml": 'pulumi-aws = "^7.1"\n'}, ""),
        (NEW, {"requirements.txt": "pulumi-aws-native==1.0\n"}, ": pulumi-aws VERSION runs it"),
        ("TypeError: nothing of that kind", {"requirements.txt": "pulumi-aws==5\n"}, ""),
    ],
)
def test_another_pulumi_aws_is_named_by_an_argument(
    tmp_path: Path, message: str, requirements: dict[str, str], remedy: str
) -> None:
    from mailroute.rehearsal.provider import sdk

    project = load(tmp_path, "")
    for name, text in requirements.items():
        (project.directory / name).write_text(text, encoding="utf-8")
    assert with_remedy(message, project) == message + remedy.replace("VERSION", sdk.version())


def test_a_part_of_its_own_that_is_missing(tmp_path: Path) -> None:
    project = load(tmp_path, "", "app/shop/__init__.py app/helper.py")
    for module in ("shop.parts", "helper.parts"):
        assert with_remedy(f"No module named {module!r}", project) == f"No module named {module!r}"


# The type checker


def typechecked(rehearser: Rehearser, answer: str, *, name: str = "mypy") -> None:
    python = rehearser.directory / "venv" / "bin" / "python"
    stub(python, f'case "$*" in "-m {name} "*) {answer};; *) exec {sys.executable} "$@";; esac')
    (rehearser.directory / "venv" / "pyvenv.cfg").touch()
    rehearser.write("print('it runs')\n")
    (rehearser.directory / "Pulumi.yaml").write_text(
        f"name: demo\nruntime: {{name: python, options: {{virtualenv: venv, typechecker: {name}}}}}\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        (
            "mypy",
            "printf '%s\\n' 'note: see' 'a.py:3: error: bad' 'b.py:1: error: worse' "
            "'Found 2 errors in 2 files'; exit 1",
            "mypy fails: a.py:3: error: bad (and 1 more)",
        ),
        ("pyright", "echo; echo it breaks >&2; exit 3", "pyright fails: it breaks"),
        ("mypy", "exit 1", "mypy fails: it says nothing"),
        (
            "mypy",
            "echo python: No module named mypy >&2; exit 1",
            "PYTHON lacks mypy, the project's typechecker: PYTHON -m pip install mypy",
        ),
    ],
)
def test_the_type_checker_comes_before_the_program(
    rehearser: Rehearser, name: str, answer: str, said: str
) -> None:
    typechecked(rehearser, answer, name=name)
    (rehearser.directory / "__main__.py").write_text("raise ValueError('so would this')\n")
    with pytest.raises(RehearsalError) as raised:
        rehearser.run()
    assert str(raised.value) == said.replace("PYTHON", str(rehearser.directory / "venv" / "bin" / "python"))


def test_a_program_whose_types_are_right_runs(rehearser: Rehearser) -> None:
    said = rehearser.directory / "said"
    typechecked(rehearser, f'echo "$PWD $*" > {said}')
    assert [line.message for line in rehearser.run().diagnostics] == ["it runs"]
    folder = rehearser.directory
    assert said.read_text() == f"{folder} -m mypy --exclude venv {folder}\n"


def test_a_type_checker_that_does_not_end(rehearser: Rehearser) -> None:
    typechecked(rehearser, "exec /bin/sleep 60")
    with pytest.raises(RehearsalError, match="mypy has not ended in time"):
        rehearser.run(timeout=2)
