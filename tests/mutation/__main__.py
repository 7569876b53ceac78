"""The mutation score of the proof, or a part: `make mutation`, `make mutation ARGS="aws.vpc values:get"`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.mutation.mutants import Mutant, modules, mutants_of
from tests.mutation.runner import Runner

TESTS: Final = ("tests/reachability", "tests/fixes", "tests/policies/test_in_process.py", "tests/judges")
LEFT_OUT: Final = ("-m", "not kernel", "-k", "not test_a_path_less_one_hop")
ROUNDS: Final = "0.02"
"""The share of their random accounts that the judges look at: 400 for the specification."""
EXPLAINED: Final = Path(__file__).with_name("explained.json")

Key = tuple[str, str, str, str]


def _key(mutant: Mutant) -> Key:
    return mutant.module, mutant.function, mutant.before, mutant.after


def explanations() -> dict[Key, str]:
    """Why a mutant that survives is none: it does what the original does."""
    return {
        (entry["module"], entry["function"], entry["before"], entry["after"]): entry["why"]
        for entry in json.loads(EXPLAINED.read_text(encoding="utf-8"))
    }


def report(mutants: list[Mutant], survivors: list[Mutant], explained: dict[Key, str]) -> bool:
    """Print the score of each module; whether the survivors are those that are explained."""
    judged = {(mutant.module, mutant.function) for mutant in mutants}
    stale = [key for key in explained if key[:2] in judged and key not in map(_key, survivors)]
    for key in stale:
        print("explained, but no survivor:", *key, sep="\n  ")
    every = Counter(mutant.module for mutant in mutants)
    alive = Counter(mutant.module for mutant in survivors)
    left = Counter(mutant.module for mutant in survivors if _key(mutant) not in explained)
    print(f"\n{'module':<28}{'mutants':>9}{'killed':>9}{'explained':>11}{'survived':>10}{'score':>8}")
    rows = [(name, every[name], alive[name], left[name]) for name in sorted(every)]
    for name, total, living, open_ in [*rows, ("all", every.total(), alive.total(), left.total())]:
        killed = total - living
        score = killed / ((killed + open_) or 1)
        print(f"{name:<28}{total:>9}{killed:>9}{living - open_:>11}{open_:>10}{score:>8.1%}")
    return not left and not stale


def chosen(parts: Sequence[str]) -> list[Mutant]:
    """The mutants of some `parts`, `MODULE` or `MODULE:FUNCTION`; of every module where none is given.

    Raises:
        ValueError: there is no such part.
    """
    found: list[Mutant] = []
    for part in parts or modules():
        module, _, function = part.partition(":")
        if module not in modules():
            raise ValueError(f"there is no module {module}; there are {', '.join(modules())}")
        mutants = list(mutants_of(module))
        names = sorted({mutant.function for mutant in mutants})
        if function and function not in names:
            raise ValueError(f"{module} has no function {function} to mutate; it has {', '.join(names)}")
        found += [mutant for mutant in mutants if function in ("", mutant.function)]
    return found


def main() -> int:
    """Exit status: 0 every mutant is killed or explained, 1 one is not, 2 the tests fail without a mutant."""
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="MODULE[:FUNCTION]",
        help="aws.network_acl, fixes.search, values:get; default: all",
    )
    parser.add_argument("--tests", nargs="+", default=TESTS, metavar="PATH", help="default: the proof's")
    parser.add_argument("-j", "--workers", type=int, default=os.cpu_count() or 1, metavar="N")
    arguments = parser.parse_args()
    try:
        mutants = chosen(arguments.parts)
    except ValueError as error:
        parser.error(str(error))
    began = time.monotonic()
    os.environ["MAILROUTE_ROUNDS"] = ROUNDS
    explained = explanations()

    def show(mutant: Mutant) -> None:
        if _key(mutant) not in explained:
            print(mutant, flush=True)

    runner = Runner(mutants, arguments.workers, show)
    options = (
        "-q",
        "-s",
        "--no-header",
        "--disable-warnings",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        *LEFT_OUT,
    )
    status = pytest.main([*arguments.tests, *options], plugins=[runner])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return 2
    clean = report(mutants, runner.survivors, explained)
    minutes = (time.monotonic() - began) / 60
    print(f"in {minutes:.0f} minutes with {arguments.workers} processes")
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
