"""Where the time of rehearsals goes: a second `make preview`, and programs of other sizes (Linux)."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import yaml

PROGRAM: Final = Path(__file__).parent / "program"
SIZES: Final = (650, 2_100)
TEAM: Final = 51
"""The resources of each team in the program."""
AROUND: Final = 2
"""The stack and its provider."""
PREVIEW_GOAL: Final = 2.0
"""Seconds that a second `make preview` may take on a machine that does nothing else."""

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAUSE: Final = 0.01
_WIDTH: Final = 60
_WORTH_NAMING: Final = 0.02
_COMMAND: Final = (sys.executable, "-m", "mailroute", "rehearse", "--engine", "embedded")
_SERVICES: Final = ("apprunner", "ec2", "iam", "route53", "secretsmanager", "sesv2", "vpc")
_IMPORTED: Final = ", ".join(["components", *(f"pulumi_aws.{service}" for service in _SERVICES)])
"""What the program imports: the components, and the modules of pulumi-aws that they come to use."""
_ROLES: Final = {"launch.py": "program", "pulumi.policy": "pack", "mailroute": "engine"}
"""What a process is, by a word of its command."""
_SUPERVISOR: Final = "supervise.py"
"""Waits for the process that its command names besides."""


@dataclass
class Seen:
    """One process of the run: what it is, and when it was there, in seconds from the start."""

    name: str
    first: float
    last: float
    cpu: float


@dataclass(frozen=True)
class Cost:
    """What a rehearsal took, in seconds.

    Attributes:
        total: from its start to its end.
        start: until its program was started.
        report: what was left when its program had ended.
        cpu: by `engine`, `pack` and `program`.
    """

    total: float
    start: float
    report: float
    cpu: Mapping[str, float]

    @classmethod
    def of(cls, total: float, processes: list[Seen]) -> Cost:
        cpu = dict.fromkeys(_ROLES.values(), 0.0)
        processes = [seen for seen in processes if _SUPERVISOR not in seen.name.split()]
        for seen in processes:
            for word, role in _ROLES.items():
                cpu[role] += seen.cpu if word in seen.name.split() else 0.0
        (program,) = (seen for seen in processes if "launch.py" in seen.name.split())
        return cls(total, program.first, total - program.last, cpu)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.preview", description=__doc__)
    parser.add_argument("teams", nargs="*", type=_teams, metavar="SIZE", help="how many resources")
    arguments = parser.parse_args()
    _preview()
    print("\nresources    total   start  program  report    CPU: engine    pack  program")
    smaller: tuple[int, Cost] | None = None
    for teams in sorted({*arguments.teams} or map(_teams, map(str, SIZES))):
        resources, cost = teams * TEAM + AROUND, _rehearsal(teams)
        print(f"{resources:>9,} {_row(cost)}")
        if smaller is not None:
            print(f"          {_growth(smaller, (resources, cost))}")
        smaller = (resources, cost)


def _teams(size: str) -> int:
    """How many teams have about as many resources as are asked for.

    Raises:
        argparse.ArgumentTypeError: it is no whole number, or too small.
    """
    if not size.isdecimal():
        raise argparse.ArgumentTypeError(f"{size!r} is no whole number of resources")
    if int(size) < TEAM:
        raise argparse.ArgumentTypeError(f"a program of {size} resources is too small: one team takes {TEAM}")
    return max(1, round((int(size) - AROUND) / TEAM))


def _preview() -> None:
    command = (*_COMMAND, "--stack", "prod")
    _run(command)  # what is compiled at its first use is compiled now
    seconds, processes = _run(command)
    reached = "reached" if seconds <= PREVIEW_GOAL else "missed"
    print(
        f"mailroute rehearse --stack prod, second run: {seconds:.2f}s (goal {PREVIEW_GOAL:g}s, {reached})\n"
    )
    print(f"{'process':<{_WIDTH}} {'from':>6} {'to':>7} {'CPU':>6}")
    for seen in sorted(processes, key=lambda seen: seen.first):
        print(f"{seen.name:<{_WIDTH}} {seen.first:>5.2f}s {seen.last:>6.2f}s {seen.cpu:>5.2f}s")
    imports = _imports()
    named = sorted((spent, package) for package, spent in imports.items() if spent >= _WORTH_NAMING)
    shown = ", ".join(f"{package} {spent:.2f}s" for spent, package in reversed(named))
    print(f"\nof launch.py, {sum(imports.values()):.2f}s are imports: {shown}")


def _rehearsal(teams: int) -> Cost:
    """What a rehearsal of the program with so many teams takes."""
    with TemporaryDirectory() as folder:
        project = yaml.safe_load((PROGRAM / "Pulumi.yaml").read_text(encoding="utf-8"))
        for name, document in (
            ("Pulumi.yaml", {**project, "main": str(PROGRAM)}),
            ("Pulumi.bench.yaml", {"config": {"bench:teams": teams}}),
        ):
            Path(folder, name).write_text(yaml.safe_dump(document), encoding="utf-8")
        return Cost.of(*_run((*_COMMAND, "--no-creation", "--program", folder, "--stack", "bench")))


def _row(cost: Cost) -> str:
    program = cost.total - cost.start - cost.report
    used = cost.cpu
    whole = sum(used.values())
    role = max(used, key=lambda name: used[name])
    return (
        f"{cost.total:>7.2f}s {cost.start:>6.2f}s {program:>7.2f}s {cost.report:>6.2f}s"
        f" {used['engine']:>13.2f}s {used['pack']:>6.2f}s {used['program']:>7.2f}s"
        f"   {used[role] / whole:.0%} is the {role}'s"
    )


def _growth(smaller: tuple[int, Cost], larger: tuple[int, Cost]) -> str:
    """How the time, without the start of the processes, grows beside the program."""
    (small_size, small), (large_size, large) = smaller, larger
    size = large_size / small_size
    spent = (large.total - large.start) / (small.total - small.start)
    return (
        f"{size:.1f}x the resources: {spent:.1f}x the time"
        f" (goal {size:.1f}x, {'reached' if spent <= size else 'missed'})"
    )


def _run(command: tuple[str, ...]) -> tuple[float, list[Seen]]:
    """One rehearsal, watched: its time, and each of its processes."""
    began = time.perf_counter()
    seen: dict[int, Seen] = {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            _look(process.pid, time.perf_counter() - began, seen)
            time.sleep(_PAUSE)
    if process.returncode:
        raise SystemExit(f"bench: the rehearsal ended with status {process.returncode}")
    return time.perf_counter() - began, list(seen.values())


def _look(pid: int, now: float, seen: dict[int, Seen]) -> None:
    """Note what process `pid` and those that it started have used up to `now`."""
    try:
        folder = Path("/proc") / str(pid)
        command = folder.joinpath("cmdline").read_text().split("\0")
        fields = folder.joinpath("stat").read_text().rpartition(")")[2].split()
        children = [child for task in folder.glob("task/*/children") for child in task.read_text().split()]
    except OSError:
        return  # it has ended meanwhile
    cpu = (int(fields[11]) + int(fields[12])) / _TICKS
    name = _name(command)
    entry = seen.setdefault(pid, Seen(name, now, now, cpu))
    entry.name, entry.last, entry.cpu = name or entry.name, now, cpu
    for child in children:
        _look(int(child), now, seen)


def _name(command: list[str]) -> str:
    """What tells one Python process from another; empty for one that has ended and is not yet reaped."""
    return " ".join(Path(argument).name or argument for argument in command[1:] if argument)[:_WIDTH]


def _imports() -> Mapping[str, float]:
    """The seconds that importing what the program uses takes, by top-level package."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {_IMPORTED}"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    times: defaultdict[str, float] = defaultdict(float)
    for line in report.splitlines()[1:]:
        own, _, name = line.removeprefix("import time:").split("|")
        times[name.strip().partition(".")[0]] += int(own) / 1e6
    return times


if __name__ == "__main__":
    main()
