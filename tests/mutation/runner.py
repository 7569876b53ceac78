"""Runs the tests that call a function, once for each mutant of it.

The tests are collected once. Each mutant gets a fork of that process, in which the code of one function is
replaced; nothing is written. A mutant is killed when a test fails, or takes several times as long as usual.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, Final

import hypothesis
import pytest

from tests.mutation.mutants import FOLDERS, Mutant, imported_as

EXAMPLES: Final = 5
"""Of each property."""
PATIENCE: Final = 3
"""Seconds of CPU beyond `LONGER` times what a test takes."""
LONGER: Final = 3
BUDGET: Final = 10
"""Seconds that the tests for one mutant may take together; the profiler makes them three times as slow."""
MEMORY: Final = 2 << 30
STDOUT, STDERR = 1, 2

Calls = dict[str, dict[str, float]]
"""By the place of a function, the numbers of the tests that call it, and the seconds that each takes."""


class Runner:
    """A plugin of pytest: it runs the collected tests for each mutant instead of once.

    Attributes:
        survivors: the mutants that no test kills.
    """

    def __init__(
        self, mutants: Sequence[Mutant], workers: int, on_survivor: Callable[[Mutant], None]
    ) -> None:
        self.survivors: list[Mutant] = []
        self._mutants = mutants
        self._workers = workers
        self._on_survivor = on_survivor
        self._running: dict[int, Mutant] = {}
        self._in_fork = False
        self._seconds: dict[pytest.Item, float] = {}

    def pytest_collection(self) -> None:
        """Before the tests are imported: that is when Hypothesis' settings are taken over."""
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        few = hypothesis.settings(hypothesis.settings(), max_examples=EXAMPLES, database=None, phases=phases)
        hypothesis.settings.register_profile("mutation", few)
        hypothesis.settings.load_profile("mutation")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """In a fork `None`, which lets the tests run there."""
        with tempfile.NamedTemporaryFile() as file:
            if self._fork() == 0:
                session.config.pluginmanager.register(Recorder(Path(file.name)))
                return None
            if os.wait()[1] != 0:
                raise pytest.UsageError("the tests fail without a mutant")
            calls: Calls = json.loads(Path(file.name).read_text(encoding="utf-8"))
        for mutant in self._mutants:
            live = _Live(mutant)
            tests = live.tests(calls)
            if not tests:
                self._survives(mutant)
                continue
            if len(self._running) == self._workers:
                self._wait()
            pid = self._fork()
            if pid == 0:
                _silence()
                live.replace_code(mutant.code)
                self._choose(session, mutant, tests)
                return None
            self._running[pid] = mutant
        while self._running:
            self._wait()
        return True

    def _fork(self) -> int:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            self._in_fork = True
        return pid

    def _wait(self) -> None:
        pid, status = os.wait()
        mutant = self._running.pop(pid)
        if status == 0:
            self._survives(mutant)

    def _survives(self, mutant: Mutant) -> None:
        self.survivors.append(mutant)
        self._on_survivor(mutant)

    def _choose(self, session: pytest.Session, mutant: Mutant, tests: dict[str, float]) -> None:
        """Run `tests` until one fails: those of the module first, then the quick ones, up to a limit."""
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        own = f"test_{mutant.module.rpartition('.')[2]}"
        found = {session.items[int(number)]: seconds for number, seconds in tests.items()}
        order = sorted(found, key=lambda item: (not item.path.name.startswith(own), found[item]))
        together = accumulate(found[item] for item in order)
        chosen = zip(order, together, strict=True)
        self._seconds = {item: found[item] for item, spent in chosen if spent < BUDGET}
        session.items[:] = self._seconds
        session.config.option.maxfail = 1
        for item in session.items:
            module = getattr(item, "module", None)
            if hasattr(
                module, "_keep"
            ):  # A judge's disagreement kills: it is not to be made smaller and kept.
                vars(module)["_keep"] = lambda *_: "killed"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item in self._seconds:
            end = time.process_time() + PATIENCE + LONGER * self._seconds[item]
            resource.setrlimit(resource.RLIMIT_CPU, (int(end), resource.RLIM_INFINITY))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if self._in_fork:
            os._exit(int(exitstatus))


class Recorder:
    """Notes which tests call which function of the proof, and saves it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._calls: Calls = defaultdict(dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        called: set[CodeType] = set()

        def note(frame: FrameType, event: str, _: object) -> None:
            if event == "call":
                called.add(frame.f_code)

        began = time.process_time()
        sys.setprofile(note)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            took = time.process_time() - began
            number = str(item.session.items.index(item))
            for code in called:
                if code.co_filename.startswith(tuple(map(str, FOLDERS.values()))):
                    self._calls[_place(code)][number] = took

    def pytest_sessionfinish(self) -> None:
        self._file.write_text(json.dumps(self._calls), encoding="utf-8")


class _Live:
    """The function that is to be mutated, as the tests call it."""

    def __init__(self, mutant: Mutant) -> None:
        self._found: Any = importlib.import_module(imported_as(mutant.module))
        for name in mutant.function.split("."):
            self._found = vars(self._found)[name]

    @property
    def function(self) -> Any:
        """Below what decorators make of it."""
        if isinstance(self._found, property):
            return self._found.fget
        if isinstance(self._found, cached_property):
            return self._found.func
        return getattr(self._found, "__wrapped__", self._found)

    def tests(self, calls: Calls) -> dict[str, float]:
        """The tests that call it, or a function that it has made."""
        code = self.function.__code__
        return {
            number: seconds
            for found in (code, *_inner(code))
            for number, seconds in calls.get(_place(found), {}).items()
        }

    def replace_code(self, code: CodeType) -> None:
        _replace(self.function.__code__, code)
        if hasattr(self._found, "cache_clear"):
            self._found.cache_clear()


def _replace(old: CodeType, new: CodeType) -> None:
    """Let every function that runs `old` run `new`: also those made while modules were imported."""
    for function in gc.get_referrers(old):
        if isinstance(function, FunctionType):
            function.__code__ = new
    for inner, changed in zip(_inner(old), _inner(new), strict=False):
        _replace(inner, changed)


def _inner(code: CodeType) -> list[CodeType]:
    """The functions inside; lambdas, comprehensions and the like come and go with a call."""
    return [one for one in code.co_consts if isinstance(one, CodeType) and not one.co_name.startswith("<")]


def _silence() -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, STDOUT)
    os.dup2(silence, STDERR)


def _place(code: CodeType) -> str:
    return f"{code.co_filename}:{code.co_firstlineno}"
