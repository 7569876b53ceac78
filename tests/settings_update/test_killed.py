"""An update that is killed before or after any call, or while its journal is written, and run again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from evidence.live.deadline import Deadline
from mailroute.settings_update import runs, updater
from mailroute.settings_update.app_runner import AppRunner
from mailroute.settings_update.journal import State
from mailroute.settings_update.journal_file import JournalFile
from mailroute.settings_update.service import Operation, Service, operations_of
from mailroute.settings_update.settings import CONNECTOR, Plain, Secret, Settings
from mailroute.settings_update.updater import NotApplied, Pace, Updater
from tests.settings_update import apprunner_api as simulated
from tests.settings_update.apprunner_api import ARN, REGION, SECRET, Account, Api, Deployment
from tests.settings_update.wanted import applied, settled

WANTED: Settings = {
    "SMTP_HOST": Plain("email-smtp.us-east-1.amazonaws.com"),
    "SMTP_PORT": Plain("587"),
    "SMTP_USER": Secret(f"{SECRET}:username::"),
    "SMTP_PASS": Secret(f"{SECRET}:password::"),
    CONNECTOR: Plain(simulated.CONNECTOR),
}
FAST = Pace(poll=0, settle=0)


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Killer:
    """Kills at the step of this number; at none where it is negative."""

    at: int = -1
    steps: int = 0

    def __call__(self) -> None:
        self.steps += 1
        if self.steps - 1 == self.at:
            raise Killed


@dataclass
class Killable:
    """App Runner, with a step before each request and one before its answer is seen."""

    api: updater.Api
    kill: Killer = field(default_factory=Killer)

    def _called(self, call: Callable[[], Any]) -> Any:
        self.kill()
        answer = call()
        self.kill()
        return answer

    def service(self, arn: str) -> Service:
        found: Service = self._called(lambda: self.api.service(arn))
        return found

    def operations(self, arn: str) -> list[Operation]:
        found: list[Operation] = self._called(lambda: self.api.operations(arn))
        return found

    def update(self, request: Any) -> str | None:
        found: str | None = self._called(lambda: self.api.update(request))
        return found


@dataclass
class Direct:
    """The simulated App Runner without HTTP between, which takes most of the time."""

    server: Api

    def service(self, arn: str) -> Service:
        _, answer = self.server.account.answer("DescribeService", {"ServiceArn": arn})
        return Service.of(answer["Service"], arn)

    def operations(self, arn: str) -> list[Operation]:
        return operations_of(self.server.account.answer("ListOperations", {"ServiceArn": arn})[1])

    def update(self, request: Any) -> str | None:
        status, answer = self.server.account.answer("UpdateService", dict(request))
        assert status == HTTPStatus.OK
        return str(answer["OperationId"])


@dataclass
class World:
    """A service, the journal of it, and a process that may be killed."""

    server: Api
    killable: Killable
    path: Path

    def reset(self, *deployments: Deployment) -> Account:
        self.path.unlink(missing_ok=True)
        self.server.account = Account(deployments=deque(deployments))
        return self.server.account

    def run(self, command: str, at: int = -1) -> str:
        """What the command says at its end."""
        self.killable.kill = Killer(at)
        with JournalFile(self.path) as file:
            update = Updater(self.killable, file, Deadline(60), lambda _: None, FAST)
            if command == "undo":
                return runs.undo(update, file)
            return runs.apply(update, file, ARN, WANTED, (), lambda *_: None)

    def killed_at(self, command: str, at: int) -> bool:
        """Whether it is killed at that step; else it has come to its end."""
        with suppress(NotApplied):
            try:
                self.run(command, at)
            except Killed:
                return True
        return False

    def state(self) -> State | None:
        with JournalFile(self.path) as file:
            journal = file.read()
        return journal.state if journal else None

    def finish(self, command: str) -> None:
        """Run it again, as often as it takes."""
        with suppress(NotApplied):
            self.run(command)


@pytest.fixture
def world(api: Api, journal: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    killable = Killable(Direct(api))
    # A step before the journal takes its place, and one after.
    monkeypatch.setattr("mailroute.settings_update.journal_file.os.fsync", lambda _: killable.kill())
    return World(api, killable, journal)


def test_apply_goes_on_over_http(world: World) -> None:
    world.killable.api = AppRunner(REGION, Deadline(600))
    for at in count():
        account = world.reset()
        killed = world.killed_at("apply", at)
        if killed:
            world.finish("apply")
        assert (world.state(), len(account.updates)) == (State.APPLIED, 1), at
        assert settled(account.service) == applied(simulated.image_service()), at
        if not killed:
            break
    assert at > 25


ROLLED_BACK = Deployment("ROLLBACK_SUCCEEDED")
LEFT = Deployment("FAILED", keeps=True)


@pytest.mark.parametrize(
    ("deployments", "updates"),
    [([ROLLED_BACK], 1), ([LEFT, Deployment()], 2)],
    ids=["rolls back", "fails and is put back"],
)
def test_apply_goes_on_to_what_was_before(world: World, deployments: list[Deployment], updates: int) -> None:
    before = settled(simulated.image_service())
    for at in count():
        account = world.reset(*deployments)
        killed = world.killed_at("apply", at)
        if killed and world.state() is not State.RESTORED:
            world.finish("apply")
        assert (world.state(), len(account.updates)) == (State.RESTORED, updates), at
        assert settled(account.service) == before, at
        if not killed:
            break
    assert at > 25


@pytest.mark.parametrize(
    ("deployments", "end", "updates"),
    [
        ([Deployment()], State.UNDONE, 2),
        ([ROLLED_BACK], State.APPLIED, 2),
        ([LEFT, Deployment()], State.APPLIED, 3),
    ],
    ids=["succeeds", "rolls back", "fails and is put back"],
)
def test_undo_goes_on(world: World, deployments: list[Deployment], end: State, updates: int) -> None:
    before = simulated.image_service()
    expected = settled(before) if end is State.UNDONE else applied(before)
    for at in count():
        account = world.reset(Deployment(), *deployments)
        world.run("apply")
        killed = world.killed_at("undo", at)
        if killed and (world.state() is not end or len(account.updates) == 1):
            world.finish("undo")
        assert (world.state(), len(account.updates)) == (end, updates), at
        assert settled(account.service) == expected, at
        if not killed:
            break
    assert at > 25


def test_what_was_being_applied_is_undone(world: World) -> None:
    before = settled(simulated.image_service())
    for at in count():
        account = world.reset()
        killed = world.killed_at("apply", at)
        if killed and world.state() not in (None, State.APPLIED):
            world.finish("undo")
            assert settled(account.service) == before, at
            assert len(account.updates) in (0, 2), at
            assert account.updates or not world.path.exists(), at
        if not killed:
            break


def test_killed_twice(world: World) -> None:
    """At every fourth step of the first run, and at every fifth of the one that goes on."""
    for first in range(0, 36, 4):
        for second in range(first % 5, 36, 5):
            account = world.reset()
            if world.killed_at("apply", first) and world.killed_at("apply", second):
                world.finish("apply")
            assert (world.state(), len(account.updates)) == (State.APPLIED, 1), (first, second)
            assert settled(account.service) == applied(simulated.image_service())
