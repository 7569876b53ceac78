"""Rehearses people's public programs, given a snapshot of their repositories: what each ends with.

`python -m bench.public SNAPSHOT` takes a folder with the repositories of `public.json`, as OWNER/NAME, and
prints a table. No program is copied: the list has repository, path and made-up config. What a program imports
beside pulumi and pulumi-aws must be importable (`PYTHONPATH`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LIST: Final = Path(__file__).with_suffix(".json")
_COMMAND: Final = (sys.executable, "-m", "mailroute", "rehearse", "--engine", "embedded", "--no-creation")
_CONFIG: Final = {"aws:region": "us-west-2"}
_ENDS: Final = {0: "passes", 1: "blocked"}
_LONGEST: Final = 100


@dataclass(frozen=True)
class Program:
    """A public program: where it is, and the config that it requires."""

    repository: str
    path: str
    config: Mapping[str, str]


def programs(text: str) -> list[Program]:
    """The programs of the list."""
    listed = json.loads(text)
    return [
        Program(repository, path, config)
        for repository, paths in listed.items()
        for path, config in paths.items()
    ]


def end(snapshot: Path, program: Program, *, up: bool) -> str:
    """`passes` or `blocked` by the policies, or why the rehearsal ends without a verdict."""
    config = [f"--config={key}={value}" for key, value in {**_CONFIG, **program.config}.items()]
    directory = snapshot / program.repository / program.path
    done = subprocess.run(
        [*_COMMAND, str(directory), "--stack", "dev", *config, *(["--up"] if up else []), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    said = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
    why = said.removeprefix("mailroute: error: ").replace(str(snapshot), "SNAPSHOT")
    return _ENDS.get(done.returncode) or f"no verdict: {why[:_LONGEST]}"


def table(ends: Sequence[tuple[Program, str, str]]) -> Iterator[str]:
    """How many end with a verdict, and a table of programs with the ends of preview and update."""
    decided = sum({preview, update} <= set(_ENDS.values()) for _, preview, update in ends)
    yield f"{decided} of {len(ends)} programs end with a verdict in a preview and in an update.\n"
    yield "| repository | program | preview | update |"
    yield "|---|---|---|---|"
    for program, preview, update in ends:
        yield f"| {program.repository} | {program.path} | {preview} | {update} |"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("snapshot", type=Path, help="a folder with the repositories, as OWNER/NAME")
    snapshot = parser.parse_args(arguments).snapshot.resolve()
    there = [
        program
        for program in programs(LIST.read_text(encoding="utf-8"))
        if (snapshot / program.repository / program.path).is_dir()
    ]
    if not there:
        parser.error(f"{snapshot}: holds no program of {LIST.name}: it has repositories as OWNER/NAME")
    ends = [(each, end(snapshot, each, up=False), end(snapshot, each, up=True)) for each in there]
    print("\n".join(table(ends)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
