"""The journal on the disk: one run at a time, and whole whatever happens."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from mailroute.settings_update.journal import Change, Journal, JournalError
from mailroute.settings_update.journal_file import JournalFile
from mailroute.settings_update.settings import Plain
from tests.evidence.conftest import Command
from tests.settings_update.apprunner_api import ARN, Account

JOURNAL = Journal(ARN, {"SMTP_PORT": Change(Plain("587"), Plain("465"))})
CHANGE = ("apply-settings", "--service", "shop", "--set", "SMTP_PORT=465", "--journal")


def test_one_run_at_a_time(account: Account, mailroute: Command, journal: Path) -> None:
    with JournalFile(journal) as file:
        for _ in range(2):  # a file that is new, and one that took its place
            result = mailroute(*CHANGE, journal)

            assert result.returncode == 2
            assert f"{journal}: another run uses it" in result.stderr
            file.write(JOURNAL)

    assert account.updates == []
    assert mailroute(*CHANGE, journal).returncode == 0


def test_a_file_that_is_replaced_while_it_is_opened(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of the one that another run has replaced and left would keep nobody out."""
    lock, locked = fcntl.flock, []

    def replaced(descriptor: int, how: int) -> None:
        locked.append(descriptor)
        if len(locked) == 1:
            other = journal.with_name("other")
            other.write_text(JOURNAL.to_json())
            other.replace(journal)
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", replaced)

    with JournalFile(journal) as file:
        assert file.read() == JOURNAL
        with pytest.raises(JournalError, match="another run uses it"), JournalFile(journal):
            pass


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_signal_while_files_are_closed(at: int, journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the folder, that which was replaced, and the journal itself."""
    close, closed = os.close, []

    def interrupted(descriptor: int) -> None:
        close(descriptor)
        closed.append(descriptor)
        if len(closed) == at:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "close", interrupted)

    with pytest.raises(KeyboardInterrupt), JournalFile(journal) as file:
        file.write(JOURNAL)

    with JournalFile(journal) as file:
        assert file.read() == JOURNAL


def test_what_a_killed_run_leaves_beside_it(journal: Path) -> None:
    part = journal.with_name(f"{journal.name}.part")
    part.write_text("half of a")

    with JournalFile(journal) as file:
        file.write(JOURNAL)
        assert file.held() == JOURNAL

    assert not part.exists()


def test_a_full_disk_leaves_nothing_beside_it(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with JournalFile(journal) as file, pytest.raises(JournalError, match="cannot be written: No space left"):
        file.write(JOURNAL)

    assert list(journal.parent.iterdir()) == []


def test_a_link_leads_to_the_journal(journal: Path) -> None:
    link = journal.with_name("link.json")
    link.symlink_to(journal)

    with JournalFile(link) as file:
        file.write(JOURNAL)

    assert link.is_symlink()
    assert journal.read_text() == JOURNAL.to_json()


def test_an_empty_journal_is_undone_by_nobody(account: Account, mailroute: Command, journal: Path) -> None:
    journal.touch()

    result = mailroute("apply-settings", "--undo", journal)

    assert result.returncode == 2
    assert f"{journal}: is empty: nothing was changed by a run that had it" in result.stderr
    assert account.calls == []
