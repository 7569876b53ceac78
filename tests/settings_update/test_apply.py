"""`mailroute apply-settings` against a simulated App Runner, over HTTP."""

from __future__ import annotations

import copy
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from evidence.live.deadline import Deadline
from mailroute.settings_update import updater
from tests.evidence.conftest import Command
from tests.settings_update.apprunner_api import (
    Account,
    Deployment,
    code_service,
    image_service,
)
from tests.settings_update.wanted import WANTED, applied, apply, settled, unchanged


@pytest.mark.parametrize("service", [image_service(), code_service()], ids=["image", "code"])
def test_only_the_settings_change(
    service: dict[str, Any], account: Account, mailroute: Command, journal: Path
) -> None:
    account.service = copy.deepcopy(service)

    result = mailroute("apply-settings", "--service", "shop", *WANTED, "--journal", journal)

    assert result.returncode == 0, result.stderr
    assert settled(account.service) == applied(service)
    assert len(account.updates) == 1
    assert set(account.updates[0]) == {"ServiceArn", "SourceConfiguration", "NetworkConfiguration"}
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600

    undone = mailroute("apply-settings", "--undo", journal)

    assert (undone.returncode, undone.stdout) == (0, "the service runs with what it had before\n")
    assert settled(account.service) == settled(service)
    assert len(account.updates) == 2


def test_the_plain_environment_of_others_is_written_nowhere(mailroute: Command, journal: Path) -> None:
    result = apply(mailroute, journal)

    assert "hunter2" not in f"{result.stdout}{result.stderr}{journal.read_text()}"
    assert json.loads(journal.read_text())["changes"]["SMTP_HOST"] == {
        "before": {"value": "smtp-relay.brevo.com"},
        "after": {"value": "email-smtp.us-east-1.amazonaws.com"},
    }


def test_run_again_it_changes_nothing(account: Account, mailroute: Command, journal: Path) -> None:
    assert apply(mailroute, journal).returncode == 0
    written = journal.read_text()

    assert apply(mailroute, journal).stdout == "shop runs with these settings already\n"
    other = journal.with_name("other.json")
    assert "has these settings already" in apply(mailroute, other).stdout
    assert len(account.updates) == 1
    assert journal.read_text() == written
    assert not other.exists()


def test_it_waits_for_a_deployment_under_way(account: Account, mailroute: Command, journal: Path) -> None:
    account.start("START_DEPLOYMENT", Deployment(calls=3))

    result = apply(mailroute, journal)

    assert result.returncode == 0
    assert "waiting for START_DEPLOYMENT" in result.stderr
    assert account.operations[0]["Status"] == "SUCCEEDED"
    assert len(account.updates) == 1


def test_a_deployment_that_is_rolled_back_is_a_failure(
    account: Account, mailroute: Command, journal: Path
) -> None:
    account.deployments.append(Deployment("ROLLBACK_SUCCEEDED", calls=3))

    result = apply(mailroute, journal)

    assert result.returncode == 1
    assert "ROLLBACK_SUCCEEDED): it has the settings that it had before\n" in result.stderr
    assert settled(account.service) == settled(image_service())
    assert len(account.updates) == 1
    # The next run is a new attempt.
    assert apply(mailroute, journal).returncode == 0
    assert settled(account.service) == applied(image_service())


@pytest.mark.parametrize("lag", [0, 2], ids=["shown at once", "shown late"])
@pytest.mark.parametrize("status", ["FAILED", "ROLLBACK_FAILED"])
def test_what_a_failed_deployment_leaves_is_put_back(
    status: str, lag: int, account: Account, mailroute: Command, journal: Path
) -> None:
    account.deployments.append(Deployment(status, keeps=True, lag=lag))

    result = apply(mailroute, journal)

    assert result.returncode == 1
    assert "App Runner has not put SMTP_HOST, SMTP_USER, SMTP_PASS, VPC connector back" in result.stderr
    assert f"{status}): it has the settings that it had before\n" in result.stderr
    assert settled(account.service) == settled(image_service())
    assert len(account.updates) == 2


def test_putting_back_is_tried_again(account: Account, mailroute: Command, journal: Path) -> None:
    account.deployments.extend([Deployment("FAILED", keeps=True), Deployment("ROLLBACK_SUCCEEDED")])

    result = apply(mailroute, journal)

    assert result.returncode == 1
    assert "which was to put SMTP_HOST, SMTP_USER, SMTP_PASS, VPC connector back" in result.stderr
    assert f"run the same command again, which goes on from {journal}" in result.stderr
    assert settled(account.service) == applied(image_service())

    again = apply(mailroute, journal)

    assert again.returncode == 1
    assert "it has the settings that it had before" in again.stderr
    assert settled(account.service) == settled(image_service())
    assert len(account.updates) == 3


def test_a_service_that_does_not_run_is_left(account: Account, mailroute: Command, journal: Path) -> None:
    account.service["Status"] = "PAUSED"

    result = apply(mailroute, journal)

    assert result.returncode == 1
    assert "shop is PAUSED: nothing was changed" in result.stderr
    assert unchanged(account)
    assert not journal.exists()


def test_when_the_time_is_up_it_goes_on_later(
    account: Account, mailroute: Command, journal: Path, deadlines: list[Deadline]
) -> None:
    account.before = lambda *_: deadlines[-1].stop() if account.updates else None

    result = apply(mailroute, journal, "--timeout", "900")

    assert result.returncode == 4
    assert "is under way after 900 s" in result.stderr
    assert f"run the same command again, which goes on from {journal}" in result.stderr
    account.before = lambda *_: None
    assert apply(mailroute, journal).returncode == 0
    assert len(account.updates) == 1


def test_without_an_end_of_what_is_under_way_nothing_begins(
    account: Account, mailroute: Command, journal: Path, deadlines: list[Deadline]
) -> None:
    account.start("START_DEPLOYMENT", Deployment(calls=10**6))
    account.before = lambda _, number: deadlines[-1].stop() if number == 3 else None

    result = apply(mailroute, journal)

    assert result.returncode == 4
    assert result.stderr.endswith("an operation of the service is under way after 1800 s\n")
    assert account.updates == []
    assert not journal.exists()


# Undoing


@pytest.mark.parametrize(
    ("deployments", "updates"),
    [([Deployment("ROLLBACK_SUCCEEDED")], 2), ([Deployment("FAILED", keeps=True), Deployment()], 3)],
    ids=["rolled back", "left"],
)
def test_an_undoing_that_fails_leaves_what_was_applied(
    deployments: list[Deployment], updates: int, account: Account, mailroute: Command, journal: Path
) -> None:
    account.deployments.extend([Deployment(), *deployments])
    assert apply(mailroute, journal).returncode == 0

    result = mailroute("apply-settings", "--undo", journal)

    assert result.returncode == 1
    assert "it has the settings that it had before, those to be undone" in result.stderr
    assert settled(account.service) == applied(image_service())
    assert len(account.updates) == updates
    assert mailroute("apply-settings", "--undo", journal).returncode == 0
    assert settled(account.service) == settled(image_service())


def test_what_is_being_undone_is_not_applied(
    account: Account, mailroute: Command, journal: Path, deadlines: list[Deadline]
) -> None:
    assert apply(mailroute, journal).returncode == 0
    account.before = lambda *_: deadlines[-1].stop() if len(account.updates) > 1 else None
    assert mailroute("apply-settings", "--undo", journal).returncode == 4
    account.before = lambda *_: None

    result = apply(mailroute, journal)

    assert result.returncode == 2
    assert (
        f"{journal}: is the journal of settings that are being put back: go on with --undo" in result.stderr
    )
    assert result.stderr.count("\n") == 1
    assert mailroute("apply-settings", "--undo", journal).returncode == 0
    assert len(account.updates) == 2


def test_an_undoing_that_is_refused_changes_nothing(
    account: Account, mailroute: Command, journal: Path
) -> None:
    assert apply(mailroute, journal).returncode == 0
    account.faults["UpdateService", 2] = "denied"

    result = mailroute("apply-settings", "--undo", journal)

    assert result.returncode == 2
    assert "apply-settings'): nothing was changed" in result.stderr
    assert "it is not finished" not in result.stderr
    assert apply(mailroute, journal).stdout == "shop runs with these settings already\n"


def test_an_update_under_way_that_fails_is_undone_by_that(
    account: Account, mailroute: Command, journal: Path, deadlines: list[Deadline]
) -> None:
    account.deployments.append(Deployment("ROLLBACK_SUCCEEDED"))
    account.before = lambda *_: deadlines[-1].stop() if account.updates else None
    assert apply(mailroute, journal).returncode == 4
    account.before = lambda *_: None

    result = mailroute("apply-settings", "--undo", journal)

    assert (result.returncode, result.stdout) == (
        0,
        "the deployment had failed, and the service has what it had before\n",
    )
    assert settled(account.service) == settled(image_service())
    assert len(account.updates) == 1


# What is shown


def test_a_long_wait_shows_how_long(
    account: Account, mailroute: Command, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updater, "_PROGRESS_SECONDS", 0)
    account.deployments.append(Deployment(calls=3))

    result = apply(mailroute, journal)

    assert result.stderr.count("000000000002: IN_PROGRESS, 0 s\n") == 3


def test_a_terminal_shows_the_difference_in_colour(
    mailroute: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = ("apply-settings", "--service", "shop", "--set", "SMTP_PORT=465", "--dry-run")
    assert "\x1b" not in mailroute(*change).stdout
    monkeypatch.setattr("mailroute.cli.apply_settings.in_colour", lambda _: True)

    assert "\x1b[31m- 587\x1b[0m" in mailroute(*change).stdout
