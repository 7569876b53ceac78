"""One update of a running service, from what the journal says to its end, however often it is interrupted.

The order of every step: the journal first, then the service, then the journal again. An update is sent once;
one whose answer is lost is looked for among the service's operations before anything else is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeVar

from evidence.live.deadline import Deadline
from evidence.live.failures import AccessError

from .app_runner import Rejected, TryAgain, Unclear
from .journal import Journal, State, Update
from .service import IN_PROGRESS, RUNNING, SUCCEEDED, UPDATE, Operation, Service

_PROGRESS_SECONDS: Final = 30.0
_BETWEEN: Final = (
    "between the reading and the writing: nothing was changed: look at the service, and run it again"
)

Result = TypeVar("Result")


class NotApplied(Exception):
    """The service does not have what was asked for, or not for sure: `str()` says what it has, and why."""


class Unfinished(Exception):
    """The time is up while something is under way: `str()` says what."""


class Api(Protocol):
    """What is asked of App Runner: see `app_runner.AppRunner`."""

    def service(self, arn: str) -> Service: ...

    def operations(self, arn: str) -> list[Operation]: ...

    def update(self, request: Mapping[str, Any]) -> str | None: ...


class Storage(Protocol):
    """Where the journal is kept: see `journal_file.JournalFile`."""

    def write(self, journal: Journal) -> None: ...

    def remove(self) -> None: ...


@dataclass(frozen=True)
class Pace:
    """How often App Runner is asked, and how long an update may take to appear; in seconds."""

    poll: float = 5.0
    settle: float = 30.0


class Updater:
    """Brings a service to what a journal says.

    Args:
        say: shows a line of progress.
        deadline: when waiting ends.

    Attributes:
        problems: what a person has to look at, although the service has what was asked for.
        left: the settings that are not put back, since somebody has changed them meanwhile.
    """

    def __init__(
        self,
        api: Api,
        storage: Storage,
        deadline: Deadline,
        say: Callable[[str], None],
        pace: Pace | None = None,
    ) -> None:
        self._api = api
        self._storage = storage
        self._deadline = deadline
        self._say = say
        self._pace = pace or Pace()
        self._said = ("", 0.0)
        self._lost: str | None = None
        self._before: Service | None = None
        self.problems: list[str] = []
        self.left: list[str] = []

    def settled(self, arn: str, *, patient: bool = False) -> tuple[Service, list[Operation]]:
        """The service and its operations, once none of these is under way.

        Args:
            patient: whether answers that are of no use are asked for again from the first one on.

        Raises:
            AccessError: it cannot be read.
            Unfinished: an operation is under way until the time is up.
        """
        for _ in self._until_the_end("an operation of the service is under way"):
            found = self._asked(lambda: self._read(arn), patient)
            if found is None:
                continue
            patient = True
            service, operations = found
            if service.status != IN_PROGRESS and all(latest.has_ended for latest in operations[:1]):
                return service, operations
            running = next(
                (f"{one.type} {one.id}" for one in operations if not one.has_ended), "an operation"
            )
            self._progress(f"{service.name}: waiting for {running} to end")
        raise AssertionError

    def carry_out(self, journal: Journal) -> Journal:
        """Do what the journal's state begins; the journal with the state that it has come to.

        Raises:
            AccessError: the service cannot be read, or the update is refused; the service is as it was.
            NotApplied: somebody else is at work on the service, which is as it was, or what a failed
                deployment has left cannot be put back.
            Unfinished: the time is up.
        """
        while journal.state.end is not None:
            update = journal.update
            if update is None:
                journal = self._send(journal)
            elif update.operation is None:
                journal = self._find(journal, update)
            else:
                journal = self._follow(journal, update, update.operation)
        return journal

    def undo(self, journal: Journal) -> Journal | None:
        """Finish what is under way, and put back what was there; `None` where nothing has been changed.

        Raises:
            AccessError, NotApplied, Unfinished: see `carry_out`.
        """
        is_attempt = journal.state in (State.UNDOING, State.REAPPLYING)
        if journal.state is State.APPLYING:
            update = journal.update
            if update is not None and update.operation is None:
                journal = self._find(journal, update)
            if journal.update is None:
                self._storage.remove()
                return None
        journal = self.carry_out(journal)
        if journal.state is State.APPLIED and not is_attempt:
            journal = self.carry_out(self._record(replace(journal, state=State.UNDOING)))
        return journal

    def _send(self, journal: Journal) -> Journal:
        arn = journal.service_arn
        service, operations = self.settled(arn, patient=journal.state is not State.APPLYING)
        targets, origins = journal.targets, journal.origins
        values = {name: service.value(name) for name in targets}
        foreign = [name for name in targets if values[name] not in (targets[name], origins[name])]
        if foreign and journal.state is State.APPLYING:
            self._withdraw(journal)
            raise NotApplied(f"somebody has changed {_listed(foreign)} of {service.name} {_BETWEEN}")
        pending = {name: targets[name] for name in journal.changed if values[name] == origins[name]}
        self.left = [name for name in journal.changed if name in foreign]
        if not pending:
            return self._ended(journal)
        if service.status != RUNNING:
            self._withdraw(journal)
            raise NotApplied(f"{service.name} is {service.status}: nothing was changed: it has to run")
        known = tuple(operation.id for operation in operations)
        request = service.request(pending)
        self._before, self._lost = service, None
        journal = self._record(replace(journal, update=Update(known)))
        operation = self._sent(journal, service, known, request)
        if operation is None:
            return journal
        self._say(f"{service.name}: update sent, operation {operation}")
        return self._record(replace(journal, update=Update(known, operation)))

    def _sent(
        self, journal: Journal, service: Service, known: tuple[str, ...], request: Mapping[str, Any]
    ) -> str | None:
        """The id of the operation; `None` where nobody knows whether there is one."""
        for _ in self._until_the_end("App Runner takes no update at this rate"):
            try:
                again = self._api.service(service.arn)
                latest = tuple(operation.id for operation in self._api.operations(service.arn))
            except TryAgain as error:
                self._progress(str(error))
                continue
            if again != service or latest != known:
                if self._lost is not None:
                    return None  # It may have been taken before it was turned away.
                self._withdraw(journal)
                raise NotApplied(f"somebody has changed {service.name} {_BETWEEN}")
            try:
                return self._api.update(request)
            except TryAgain as error:
                self._lost = str(error)
                self._progress(self._lost)
            except Rejected as error:
                if error.is_state and self._lost is not None:
                    return None  # What is under way may be itself.
                self._withdraw(journal)
                if error.is_state:
                    raise NotApplied(
                        f"somebody is at work on {service.name} ({error}): nothing was changed"
                    ) from error
                raise AccessError(f"{error}: nothing was changed") from error
            except Unclear as error:
                self._lost = str(error)
                self._say(f"{service.name}: {error}: looking whether the update was taken")
                return None
        raise AssertionError

    def _find(self, journal: Journal, update: Update) -> Journal:
        """Look for the operation of an update whose answer is lost; without an update where there is none."""
        begun = time.monotonic()
        for _ in self._until_the_end("the update may have been taken"):
            found = self._asked(lambda: self._read(journal.service_arn), patient=True)
            if found is None:
                continue
            service, operations = found
            new = [one for one in operations if one.id not in update.known_operations]
            updates = [one for one in new if one.type == UPDATE]
            if updates:
                # The service was as it had been read when it was sent: the first one since is its own.
                return self._record(replace(journal, update=replace(update, operation=updates[-1].id)))
            if service.status != IN_PROGRESS and time.monotonic() - begun >= self._pace.settle:
                break
        if self._lost is not None:
            self._withdraw(journal)
            raise AccessError(f"{self._lost}: the update was not taken, nothing was changed: run this again")
        return self._record(replace(journal, update=None))

    def _follow(self, journal: Journal, update: Update, operation_id: str) -> Journal:
        """Wait for the end of an update, and see what the service runs with."""
        operation = self._awaited(journal.service_arn, update, operation_id)
        service, operations = self._left_by(operation, journal)
        targets, origins = journal.targets, journal.origins
        reached = [name for name in journal.changed if service.value(name) == targets[name]]
        if operation.has_succeeded and reached:
            missing = [name for name in journal.changed if name not in reached]
            if journal.state is not State.APPLYING:
                self.left = [name for name in missing if service.value(name) != origins[name]]
                missing = [name for name in missing if name not in self.left]
            if missing:
                self.problems.append(f"somebody has changed {_listed(missing)} of {service.name} since")
            self._compare(service, journal, update, operations)
            return self._ended(journal)
        what = f"the deployment of {service.name} failed (operation {operation.id}: {operation.status})"
        if operation.has_succeeded:  # Of somebody else, or somebody has changed it all since.
            what = f"{service.name} has none of these settings after operation {operation.id}"
        way_back = journal.state.way_back
        if way_back is None:
            self._record(replace(journal, update=None))
            raise NotApplied(f"{what}, which was to put {_listed(journal.changed)} back: see its logs")
        self.problems.append(what)
        if reached:
            self._say(f"{what}, and App Runner has not put {_listed(reached)} back: doing so")
            return self._record(replace(journal, state=way_back, update=None))
        # What was there is there again: the state is that which the way back would come to.
        return self._ended(replace(journal, state=way_back))

    def _left_by(self, operation: Operation, journal: Journal) -> tuple[Service, list[Operation]]:
        """What an operation has left, which App Runner may show after a while only.

        One that it has rolled back has left what was there.
        """
        begun = time.monotonic()
        for _ in self._until_the_end(f"App Runner does not show what operation {operation.id} has done"):
            service, operations = self.settled(journal.service_arn, patient=True)
            stale = [name for name in journal.changed if service.value(name) == journal.origins[name]]
            if not stale or operation.was_rolled_back or time.monotonic() - begun >= self._pace.settle:
                return service, operations
        raise AssertionError

    def _compare(
        self, service: Service, journal: Journal, update: Update, operations: list[Operation]
    ) -> None:
        """Note what else has become of the service meanwhile."""
        new = [one for one in operations if one.id not in update.known_operations]
        ids = [one.id for one in new]
        earlier = new[ids.index(update.operation) + 1 :] if update.operation in ids else []
        theirs = [one.id for one in earlier if one.type == UPDATE]
        if theirs:
            self.problems.append(
                f"operation {_listed(theirs)} of somebody else came between the reading and the writing: "
                f"what it has changed of {service.name} may be lost"
            )
        if self._before is not None and ids[:1] == [update.operation]:
            also = service.other_changes(self._before, journal.changes)
            if also:
                self.problems.append(f"{_listed(also)} of {service.name} is not what it was before")

    def _awaited(self, arn: str, update: Update, operation_id: str) -> Operation:
        """The operation once it has ended.

        One that is listed no more has ended, and counts by what the service runs with.
        """
        begun = time.monotonic()
        for _ in self._until_the_end(f"operation {operation_id} is under way"):
            operations = self._asked(lambda: self._api.operations(arn), patient=True)
            operation = next((one for one in operations or () if one.id == operation_id), None)
            if operation is not None and operation.has_ended:
                return operation
            # The list goes back from the last one: without those before it, the operation would be no longer
            # in it either.
            if operations and update.known_operations and operation is None:
                listed = {one.id for one in operations}
                if not listed.intersection(update.known_operations):
                    return Operation(operation_id, UPDATE, SUCCEEDED)
            status = operation.status if operation else "not listed yet"
            self._progress(f"operation {operation_id}: {status}", f", {time.monotonic() - begun:.0f} s")
        raise AssertionError

    # Waiting, and writing down

    def _until_the_end(self, under_way: str) -> Iterator[None]:
        """Turns of a loop, a poll apart.

        Raises:
            Unfinished: the time is up.
        """
        yield
        while not self._deadline.is_over:
            time.sleep(min(self._pace.poll, self._deadline.left))
            yield
        raise Unfinished(f"{under_way} after {self._deadline.seconds:g} s")

    def _read(self, arn: str) -> tuple[Service, list[Operation]]:
        return self._api.service(arn), self._api.operations(arn)

    def _asked(self, ask: Callable[[], Result], patient: bool) -> Result | None:
        """An answer; `None` where there is none of use, and it is to be asked for again.

        Raises:
            AccessError: there is none, and nobody is to wait for one.
        """
        try:
            return ask()
        except TryAgain as error:
            if not patient:
                raise AccessError(f"{error}: try again") from error
            self._progress(str(error))
            return None

    def _progress(self, what: str, since: str = "") -> None:
        """Say what is waited for when that changes, and now and then."""
        said, when = self._said
        if what != said or time.monotonic() - when >= _PROGRESS_SECONDS:
            self._said = (what, time.monotonic())
            self._say(what + since)

    def _record(self, journal: Journal) -> Journal:
        self._storage.write(journal)
        return journal

    def _ended(self, journal: Journal) -> Journal:
        return self._record(replace(journal, state=journal.state.end or journal.state, update=None))

    def _withdraw(self, journal: Journal) -> None:
        """Write down that the update has not been sent after all."""
        if journal.state is State.APPLYING:
            self._storage.remove()
        else:
            state = State.APPLIED if journal.state is State.UNDOING else journal.state
            self._record(replace(journal, state=state, update=None))


def _listed(names: list[str]) -> str:
    return ", ".join(names)
