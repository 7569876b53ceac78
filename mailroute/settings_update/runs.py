"""What `mailroute apply-settings` does with a journal, in whatever state that is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from . import together
from .journal import Change, Journal, OtherJournalError, State
from .journal_file import JournalFile
from .service import Service
from .settings import SettingError, Settings, may_be_kept
from .updater import NotApplied, Updater

Show = Callable[[Service, Mapping[str, Change]], None]


def changes_of(service: Service, wanted: Settings) -> dict[str, Change]:
    """What each of the settings is, and is to be.

    Raises:
        SettingError: the service cannot be given them.
    """
    together.check(service, wanted)
    return {name: Change(service.value(name), value) for name, value in wanted.items()}


def differing(changes: Mapping[str, Change]) -> dict[str, Change]:
    return {name: change for name, change in changes.items() if change.before != change.after}


def check_kept(changes: Mapping[str, Change], kept: Collection[str]) -> None:
    """No old value that may be a secret gets into a journal in clear, unless it is named in `kept`.

    Raises:
        SettingError: one would.
    """
    for name, change in differing(changes).items():
        if name not in kept and not may_be_kept(name, change.before):
            raise SettingError(
                f"{name} is a plain variable today that may be a secret, and the journal would hold it in "
                f"clear: allow that with --keep-plain {name}, or set {name} by other means"
            )


def apply(
    updater: Updater, file: JournalFile, arn: str, wanted: Settings, kept: Collection[str], show: Show
) -> str:
    """Give the service `wanted`, or go on doing so; what to tell a person.

    Raises:
        AccessError, NotApplied, Unfinished: see `Updater.carry_out`.
        OtherJournalError: the journal is that of something else.
        SettingError: the service cannot be given them, or an old value must not be written down.
    """
    journal = file.read()
    if journal is None or _is_over(journal):
        service, _ = updater.settled(arn)
        changes = changes_of(service, wanted)
        show(service, differing(changes))
        if not differing(changes):
            return f"{service.name} has these settings already"
        check_kept(changes, kept)
        journal = Journal(arn, changes)
    else:
        try:
            _check_same(journal, arn, wanted)
        except OtherJournalError as error:
            raise OtherJournalError(f"{file.path}: {error}") from error
        if journal.state is State.APPLIED:
            return _still_applied(updater, journal)
    journal = updater.carry_out(journal)
    if journal.state is State.APPLIED and not updater.problems:
        return "the service runs with these settings"
    if journal.state is State.RESTORED:
        failure = updater.problems or ["a deployment failed"]
        raise NotApplied(f"{'; '.join(failure)}: it has the settings that it had before")
    raise NotApplied("; ".join(updater.problems))


def _is_over(journal: Journal) -> bool:
    """Whether the service has what it had before, so that nobody needs the journal any more."""
    return journal.state in (State.RESTORED, State.UNDONE)


def _check_same(journal: Journal, arn: str, wanted: Settings) -> None:
    """
    Raises:
        OtherJournalError: the journal is that of another service or of other settings, or of an undoing.
    """
    if journal.service_arn != arn:
        raise OtherJournalError(
            f"is the journal of {journal.service_arn}: name another file for this service"
        )
    if {name: change.after for name, change in journal.changes.items()} != dict(wanted):
        raise OtherJournalError(
            f"is the journal of other settings ({', '.join(journal.changes)}; {journal.state.value}): give "
            "those again, undo them first, or name another file"
        )
    if journal.state in (State.UNDOING, State.REAPPLYING):
        raise OtherJournalError("is the journal of settings that are being put back: go on with --undo")


def _still_applied(updater: Updater, journal: Journal) -> str:
    service, _ = updater.settled(journal.service_arn)
    other = [name for name, value in journal.targets.items() if service.value(name) != value]
    if other:
        raise NotApplied(
            f"somebody has changed {', '.join(other)} of {service.name} since: undo what is left, or name "
            "another file as the journal"
        )
    return f"{service.name} runs with these settings already"


def undo(updater: Updater, file: JournalFile) -> str:
    """Put back what the journal says, as far as nobody has changed it since; what to tell a person.

    Raises:
        AccessError, NotApplied, Unfinished: see `Updater.carry_out`.
        JournalError: it cannot be read, or is empty.
    """
    journal = file.held()
    if _is_over(journal):
        return "the service was given back what it had already"
    after = updater.undo(journal)
    if after is None:
        return "nothing had been changed"
    if after.state is State.RESTORED:
        return "the deployment had failed, and the service has what it had before"
    if after.state is State.APPLIED:
        failure = updater.problems or ["a deployment failed"]
        raise NotApplied(f"{'; '.join(failure)}: it has the settings that it had before, those to be undone")
    if updater.problems:
        raise NotApplied("; ".join(updater.problems))
    if updater.left:
        return f"put back, but for {', '.join(updater.left)}: somebody has changed that since, and it stays"
    return "the service runs with what it had before"


def shown_undo(service: Service, journal: Journal) -> dict[str, Change]:
    """What an undoing would change of the service as it is."""
    back = replace(journal, state=State.UNDOING)
    now = {name: service.value(name) for name in back.targets}
    return {
        name: Change(now[name], back.targets[name])
        for name in now
        if now[name] == back.origins[name] != back.targets[name]
    }
