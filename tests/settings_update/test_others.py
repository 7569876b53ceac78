"""What becomes of an update when somebody else changes the service meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.live.deadline import Deadline
from tests.evidence.conftest import Command
from tests.settings_update.apprunner_api import (
    OLD_CONNECTOR,
    THEIR_SECRET,
    Account,
    Deployment,
    image_service,
)
from tests.settings_update.wanted import applied, apply, settled


def new_image(account: Account) -> None:
    source = account.service["SourceConfiguration"]
    source["ImageRepository"]["ImageIdentifier"] = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:8"


def touched(account: Account) -> None:
    account.service["UpdatedAt"] += 1


def deployed(account: Account) -> None:
    account.operations.insert(0, {**account.operations[0], "Id": "f" * 36, "Type": "START_DEPLOYMENT"})


@pytest.mark.parametrize("change", [new_image, touched, deployed])
def test_a_change_between_reading_and_writing_is_refused(
    change: Callable[[Account], None], account: Account, mailroute: Command, journal: Path
) -> None:
    def before(operation: str, number: int) -> None:
        if (operation, number) == ("DescribeService", 3):  # the last one before the update
            change(account)

    account.before = before

    result = apply(mailroute, journal)

    assert result.returncode == 1
    assert (
        "somebody has changed shop between the reading and the writing: nothing was changed" in result.stderr
    )
    assert account.updates == []
    assert not journal.exists()
    account.before = lambda *_: None
    assert apply(mailroute, journal).returncode == 0


def test_an_operation_started_before_the_update_is_refused(
    account: Account, mailroute: Command, journal: Path
) -> None:
    account.before = lambda operation, _: (
        account.start("START_DEPLOYMENT", Deployment()) if operation == "UpdateService" else None
    )

    result = apply(mailroute, journal)

    assert result.returncode == 1
    assert "somebody is at work on shop (apprunner:UpdateService: InvalidStateException" in result.stderr
    assert account.updates == []
    assert not journal.exists()


def test_an_update_of_somebody_else_in_between_is_told(
    account: Account, mailroute: Command, journal: Path
) -> None:
    """So short that App Runner takes the next one: what it changed is overwritten."""

    def before(operation: str, _: int) -> None:
        if operation == "UpdateService":
            account.start("UPDATE_SERVICE", Deployment(calls=0))
            account.list_operations()

    account.before = before

    result = apply(mailroute, journal)

    assert result.returncode == 1
    theirs = account.operations[1]["Id"]
    assert f"operation {theirs} of somebody else came between the reading and the writing" in result.stderr
    assert settled(account.service) == applied(image_service())


def test_a_change_of_another_setting_meanwhile_is_told(
    account: Account, mailroute: Command, journal: Path
) -> None:
    account.deployments.append(Deployment(calls=2))

    def before(_: str, __: int) -> None:
        if account.updates:
            account.service["InstanceConfiguration"] = {"Cpu": "2048", "Memory": "4096"}

    account.before = before

    result = apply(mailroute, journal)

    assert result.returncode == 1
    assert "InstanceConfiguration of shop is not what it was before" in result.stderr


def test_undo_leaves_what_others_have_changed_since(
    account: Account, mailroute: Command, journal: Path
) -> None:
    assert apply(mailroute, journal).returncode == 0
    environment = account.service["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]
    environment["RuntimeEnvironmentVariables"] |= {"SMTP_HOST": "smtp.theirs.example", "THEIRS": "new"}

    result = mailroute("apply-settings", "--undo", journal)

    assert (result.returncode, result.stdout) == (
        0,
        "put back, but for SMTP_HOST: somebody has changed that since, and it stays\n",
    )
    assert account.variables() == {
        "SMTP_HOST": "smtp.theirs.example",
        "SMTP_PORT": "587",
        "THEIR_PASSWORD": "hunter2-in-clear",
        "THEIRS": "new",
    }
    assert account.secrets() == {"THEIR_KEY": THEIR_SECRET}
    assert account.connector() == OLD_CONNECTOR
    again = mailroute("apply-settings", "--undo", journal)
    assert (again.returncode, again.stdout) == (0, "the service was given back what it had already\n")


def test_what_is_changed_since_is_not_applied_again(
    account: Account, mailroute: Command, journal: Path
) -> None:
    assert apply(mailroute, journal).returncode == 0
    account.service["NetworkConfiguration"]["EgressConfiguration"] = {"EgressType": "DEFAULT"}

    result = apply(mailroute, journal)

    assert result.returncode == 1
    assert "somebody has changed VPC connector of shop since" in result.stderr
    assert len(account.updates) == 1


def test_what_others_change_before_it_goes_on_is_refused(
    account: Account, mailroute: Command, journal: Path
) -> None:
    """The update was never sent; by the time that it is run again, a setting is what nobody knows."""
    account.faults |= {("UpdateService", 1): "reset", ("ListOperations", 4): "denied"}
    assert apply(mailroute, journal).returncode == 2
    assert journal.exists()
    environment = account.service["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]
    environment["RuntimeEnvironmentVariables"]["SMTP_HOST"] = "smtp.theirs.example"

    result = apply(mailroute, journal)

    assert result.returncode == 1
    assert "somebody has changed SMTP_HOST of shop between" in result.stderr
    assert account.updates == []
    assert not journal.exists()


def test_an_update_of_somebody_else_is_not_taken_for_its_own(
    account: Account, mailroute: Command, journal: Path
) -> None:
    """What was sent fails, and the only update that is found has changed something else."""
    account.before = lambda operation, _: (
        account.start("UPDATE_SERVICE", Deployment(), InstanceConfiguration={"Cpu": "2048"})
        if operation == "UpdateService"
        else None
    )
    account.faults["UpdateService", 1] = "500"

    result = apply(mailroute, journal)

    assert result.returncode == 1
    theirs = account.operations[0]["Id"]
    assert f"shop has none of these settings after operation {theirs}" in result.stderr
    assert account.updates == []
    account.before = lambda *_: None
    assert apply(mailroute, journal).returncode == 0
    assert account.service["InstanceConfiguration"] == {"Cpu": "2048"}


def test_the_first_update_since_is_its_own(account: Account, mailroute: Command, journal: Path) -> None:
    """Its answer is lost, and somebody else updates the service before it is run again."""
    account.faults["UpdateService", 1] = "after reset"
    account.faults |= {("ListOperations", number): "denied" for number in (4, 5)}
    assert apply(mailroute, journal).returncode == 2
    account.list_operations()
    account.list_operations()
    account.start("UPDATE_SERVICE", Deployment(), InstanceConfiguration={"Cpu": "2048"})
    account.faults.clear()

    result = apply(mailroute, journal)

    assert (result.returncode, result.stdout) == (0, "the service runs with these settings\n")
    assert len(account.updates) == 1


def given_up(
    account: Account, mailroute: Command, journal: Path, deadlines: list[Deadline], **listing: int
) -> None:
    """Apply, stop while the update is under way, and have others deploy 22 times after it."""
    account.deployments.append(Deployment(calls=3))
    account.before = lambda *_: deadlines[-1].stop() if account.updates else None
    assert apply(mailroute, journal).returncode == 4
    account.before = lambda *_: None
    while account.running:
        account.list_operations()
    for _ in range(22):
        account.start("START_DEPLOYMENT", Deployment(calls=0))
        account.list_operations()
    for name, value in listing.items():
        setattr(account, name, value)


@pytest.mark.parametrize("listing", [{"page_size": 20}, {"kept": 20}], ids=["on a page", "no more"])
def test_what_is_listed_far_behind_is_finished(
    listing: dict[str, int], account: Account, mailroute: Command, journal: Path, deadlines: list[Deadline]
) -> None:
    given_up(account, mailroute, journal, deadlines, **listing)

    result = apply(mailroute, journal, "--timeout", "20")

    assert (result.returncode, result.stdout) == (0, "the service runs with these settings\n"), result.stderr
    assert settled(account.service) == applied(image_service())
    assert len(account.updates) == 1


def test_what_is_listed_no_more_counts_by_what_runs(
    account: Account, mailroute: Command, journal: Path, deadlines: list[Deadline]
) -> None:
    given_up(account, mailroute, journal, deadlines, kept=20)
    account.service = {**image_service(), "UpdatedAt": account.service["UpdatedAt"]}

    result = apply(mailroute, journal, "--timeout", "20")

    assert result.returncode == 1
    assert "shop has none of these settings after operation 00000000-0000-" in result.stderr
    assert len(account.updates) == 1


def test_a_deployment_of_somebody_else_after_it_is_theirs(
    account: Account, mailroute: Command, journal: Path
) -> None:
    """It fails, and is listed first by the time that the update is seen to have succeeded."""

    def before(operation: str, _: int) -> None:
        if operation == "ListOperations" and account.updates and len(account.operations) == 2:
            while account.running:
                account.list_operations()
            account.start("START_DEPLOYMENT", Deployment("FAILED", calls=2))

    account.before = before

    result = apply(mailroute, journal)

    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "the service runs with these settings")
    assert [operation["Status"] for operation in account.operations[:2]] == ["FAILED", "SUCCEEDED"]
    assert len(account.updates) == 1
