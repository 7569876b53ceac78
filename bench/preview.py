"""Where the time of a second `make preview` goes: `python -m bench.preview` (Linux)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAUSE: Final = 0.01
_WIDTH: Final = 60
_WORTH_NAMING: Final = 0.02
_COMMAND: Final = (sys.executable, "-m", "mailroute", "rehearse", "--stack", "prod", "--engine", "embedded")
_SERVICES: Final = ("apprunner", "ec2", "iam", "route53", "secretsmanager", "sesv2", "vpc")
_PROGRAM: Final = ", ".join(["components", *(f"pulumi_aws.{service}" for service in _SERVICES)])
"""What the program imports: the components, and the modules of pulumi-aws that they come to use."""


@dataclass
class Seen:
    """One process of the run: what it is, and when it was there, in seconds from the start."""

    name: str
    first: float
    last: float
    cpu: float


def main() -> None:
    _run()  # what is compiled at its first use is compiled now
    seconds, processes = _run()
    print(f"mailroute rehearse --stack prod, second run: {seconds:.2f}s\n")
    print(f"{'process':<{_WIDTH}} {'from':>6} {'to':>7} {'CPU':>6}")
    for seen in sorted(processes, key=lambda seen: seen.first):
        print(f"{seen.name:<{_WIDTH}} {seen.first:>5.2f}s {seen.last:>6.2f}s {seen.cpu:>5.2f}s")
    imports = _imports()
    named = sorted((spent, package) for package, spent in imports.items() if spent >= _WORTH_NAMING)
    shown = ", ".join(f"{package} {spent:.2f}s" for spent, package in reversed(named))
    print(f"\nof launch.py, {sum(imports.values()):.2f}s are imports: {shown}")


def _run() -> tuple[float, list[Seen]]:
    """One rehearsal, watched: its time, and each of its processes."""
    began = time.perf_counter()
    seen: dict[int, Seen] = {}
    with subprocess.Popen(_COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
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
    command = [sys.executable, "-X", "importtime", "-c", f"import {_PROGRAM}"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    times: defaultdict[str, float] = defaultdict(float)
    for line in report.splitlines()[1:]:
        own, _, name = line.removeprefix("import time:").split("|")
        times[name.strip().partition(".")[0]] += int(own) / 1e6
    return times


if __name__ == "__main__":
    main()
