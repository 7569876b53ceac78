"""The list of public programs, the script that rehearses them, and the table of what they end with."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bench import public
from bench.public import Program

ROOT = Path(__file__).parents[2]
LISTED = public.programs(public.LIST.read_text(encoding="utf-8"))
TABLE = (ROOT / "docs" / "public-programs.md").read_text(encoding="utf-8")
ONE = Program("owner/name", "app", {"key": "made-up"})


def test_the_table_has_each_program_of_the_list_once() -> None:
    rows = re.findall(r"^\| (\S+/\S+) \| (\S+) \| (.+) \| (.+) \|$", TABLE, re.MULTILINE)
    assert [row[:2] for row in rows] == [(each.repository, each.path) for each in LISTED]
    told = [(program, *row[2:]) for program, row in zip(LISTED, rows, strict=True)]
    assert next(public.table(told)).strip() in TABLE


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (0, "", "passes"),
        (1, "", "blocked"),
        (2, "mailroute: error: {}/owner/name/app: no", "no verdict: SNAPSHOT/owner/name/app: no"),
        (3, "", "no verdict: status 3"),
    ],
)
def test_an_end_is_what_the_command_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, said: str, expected: str
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(
            command, status, "", f"first line\n{said.format(tmp_path)}" if said else ""
        )

    monkeypatch.setattr(subprocess, "run", run)
    assert public.end(tmp_path, ONE, up=True) == expected
    (command,) = commands
    assert str(tmp_path / "owner/name/app") in command
    assert {"--config=key=made-up", "--up"} <= set(command)


def test_a_snapshot_without_the_programs_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        public.main([str(tmp_path)])
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith(f"{tmp_path}: holds no program of public.json: it has repositories as OWNER/NAME")
    )


def test_a_table_counts_those_with_two_verdicts() -> None:
    ends = [(ONE, "passes", "blocked"), (ONE, "passes", "no verdict: why")]
    first, *rows = public.table(ends)
    assert first == "1 of 2 programs end with a verdict in a preview and in an update.\n"
    assert rows[-1] == "| owner/name | app | passes | no verdict: why |"
