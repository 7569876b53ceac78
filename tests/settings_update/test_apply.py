"""`mailroute apply-settings` against a simulated App Runner, over HTTP."""

from __future__ import annotations

import copy
import json
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mailroute.settings_update import updater
from mailroute.settings_update.updater import Pace
from tests.evidence.conftest import Command, Result
from tests.settings_update.apprunner_api import (
    ARN,
    CONNECTOR,
    OLD_CONNECTOR,
    SECRET,
    THEIR_SECRET,
    Account,
    Deployment,
    code_service,
    image_service,
)

WANTED = (
    *("--set", "SMTP_HOST=email-smtp.us-east-1.amazonaws.com", "--set", "SMTP_PORT=587"),
    *("--secret", f"SMTP_USER={SECRET}:username::", "--secret", f"SMTP_PASS={SECRET}:password::"),
    *("--connector", CONNECTOR),
)
SETTLED = {"Status", "UpdatedAt"}


def applied(service: dict[str, Any]) -> dict[str, Any]:
    """The service as it is to be once `WANTED` is applied, but for its status and its time."""
    wanted = copy.deepcopy(service)
    source = wanted["SourceConfiguration"]
    if "ImageRepository" in source:
        environment = source["ImageRepository"]["ImageConfiguration"]
    else:
        environment = source["CodeRepository"]["CodeConfiguration"]["CodeConfigurationValues"]
    variables = environment.setdefault("RuntimeEnvironmentVariables", {})
    variables.update(SMTP_HOST="email-smtp.us-east-1.amazonaws.com", SMTP_PORT="587")
    secrets = environment.setdefault("RuntimeEnvironmentSecrets", {})
    secrets.update(SMTP_USER=f"{SECRET}:username::", SMTP_PASS=f"{SECRET}:password::")
    wanted["NetworkConfiguration"]["EgressConfiguration"] = {
        "EgressType": "VPC",
        "VpcConnectorArn": CONNECTOR,
    }
    return settled(wanted)


def settled(service: dict[str, Any]) -> dict[str, Any]:
    """A service without what every operation changes, and without empty maps."""
    text = json.dumps({name: value for name, value in service.items() if name not in SETTLED})
    found: dict[str, Any] = json.loads(
        text, object_hook=lambda found: {key: value for key, value in found.items() if value != {}}
    )
    return found


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


def apply(mailroute: Command, journal: Path, *more: str) -> Result:
    return mailroute("apply-settings", "--service", ARN, *WANTED, "--journal", journal, *more)


def unchanged(account: Account) -> bool:
    return not account.updates and settled(account.service) == settled(image_service())


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


@pytest.mark.parametrize("status", ["FAILED", "ROLLBACK_FAILED"])
def test_what_a_failed_deployment_leaves_is_put_back(
    status: str, account: Account, mailroute: Command, journal: Path
) -> None:
    account.deployments.append(Deployment(status, keeps=True))

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


# Others at work


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


def test_a_service_that_does_not_run_is_left(account: Account, mailroute: Command, journal: Path) -> None:
    account.service["Status"] = "PAUSED"

    result = apply(mailroute, journal)

    assert result.returncode == 1
    assert "shop is PAUSED: nothing was changed" in result.stderr
    assert unchanged(account)
    assert not journal.exists()


# Answers that are lost, or of no use


@pytest.mark.parametrize(
    "fault",
    ["after 500", "after reset", "after html", "after empty", "empty", "lacks:OperationId", "throttled"],
)
def test_an_update_is_taken_once(fault: str, account: Account, mailroute: Command, journal: Path) -> None:
    account.deployments.append(Deployment(calls=3, hidden=2))
    account.faults["UpdateService", 1] = fault

    result = apply(mailroute, journal)

    assert result.returncode == 0, result.stderr
    assert settled(account.service) == applied(image_service())
    assert len(account.updates) == 1


@pytest.mark.parametrize("fault", ["500", "reset", "html"])
def test_an_update_that_is_not_taken_changes_nothing(
    fault: str, account: Account, mailroute: Command, journal: Path
) -> None:
    account.faults["UpdateService", 1] = fault

    result = apply(mailroute, journal)

    assert result.returncode == 2
    assert result.stderr.endswith("the update was not taken, nothing was changed: run this again\n")
    assert unchanged(account)
    assert not journal.exists()
    assert apply(mailroute, journal).returncode == 0


@pytest.mark.parametrize(
    "fault", ["500", "throttled", "reset", "html", "empty", "lacks:OperationSummaryList"]
)
def test_waiting_outlasts_bad_answers(
    fault: str, account: Account, mailroute: Command, journal: Path
) -> None:
    account.faults |= {("ListOperations", number): fault for number in range(4, 8)}

    result = apply(mailroute, journal)

    assert result.returncode == 0, result.stderr
    assert len(account.updates) == 1


@pytest.mark.parametrize(
    ("call", "fault", "said"),
    [
        ("DescribeService", "denied", "allow it ('mailroute iam-policy --for apply-settings')"),
        ("DescribeService", "500", "InternalServiceErrorException: internal error: try again"),
        ("DescribeService", "html", "an answer with HTTP status 502 and no error code of AWS's: try again"),
        ("DescribeService", "reset", "apprunner:DescribeService: Connection was closed before"),
        ("DescribeService", "lacks:Service", "Service.ServiceArn is missing"),
        ("DescribeService", "lacks:Service.Status", "Service.Status is missing"),
        ("DescribeService", "lacks:Service.UpdatedAt", "Service.UpdatedAt is missing"),
        ("DescribeService", "lacks:Service.SourceConfiguration", "SourceConfiguration is missing"),
        (
            "DescribeService",
            "lacks:Service.NetworkConfiguration.EgressConfiguration",
            "EgressType is missing",
        ),
        (
            "DescribeService",
            "lacks:Service.SourceConfiguration.ImageRepository",
            "SourceConfiguration holds neither an image nor source code",
        ),
        ("ListOperations", "lacks:OperationSummaryList", "OperationSummaryList is missing"),
        ("UpdateService", "denied", "User is not authorized: nothing was changed"),
    ],
)
def test_no_way_to_call_it_is_one_line(
    call: str, fault: str, said: str, account: Account, mailroute: Command, journal: Path
) -> None:
    account.faults[call, 1] = fault

    result = apply(mailroute, journal)

    assert result.returncode == 2
    assert said in result.stderr
    assert result.stderr.startswith("mailroute: error: ")
    assert result.stderr.count("\n") == 1
    assert unchanged(account)
    assert not journal.exists()


def test_a_field_that_boto3_does_not_know_is_not_dropped(
    account: Account, mailroute: Command, journal: Path
) -> None:
    account.service["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]["Sidecars"] = ["proxy"]

    result = apply(mailroute, journal)

    assert result.returncode == 2
    assert "Unknown parameter in SourceConfiguration.ImageRepository.ImageConfiguration" in result.stderr
    assert account.updates == []
    assert not journal.exists()


def test_when_the_time_is_up_it_goes_on_later(account: Account, mailroute: Command, journal: Path) -> None:
    account.deployments.append(Deployment(calls=10**6))

    result = apply(mailroute, journal, "--timeout", "1")

    assert result.returncode == 4
    assert "is under way after 1 s" in result.stderr
    assert f"run the same command again, which goes on from {journal}" in result.stderr
    assert account.running is not None
    account.running.calls = 0
    assert apply(mailroute, journal).returncode == 0
    assert len(account.updates) == 1


# What the list of operations and the service say apart


def test_an_operation_that_only_the_list_shows_is_waited_for(
    account: Account, mailroute: Command, journal: Path
) -> None:
    account.start("START_DEPLOYMENT", Deployment(calls=3))
    account.service["Status"] = "RUNNING"

    result = apply(mailroute, journal)

    assert result.returncode == 0
    assert "waiting for START_DEPLOYMENT" in result.stderr


def test_an_operation_that_only_the_service_shows_is_waited_for(
    account: Account, mailroute: Command, journal: Path
) -> None:
    account.start("START_DEPLOYMENT", Deployment(calls=0, hidden=3))

    result = apply(mailroute, journal)

    assert result.returncode == 0
    assert "waiting for an operation to end" in result.stderr


def test_an_update_that_is_not_listed_yet_is_not_said_to_be_lost(
    account: Account, mailroute: Command, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updater, "Pace", partial(Pace, poll=0, settle=0))
    account.deployments.append(Deployment(hidden=3))
    account.faults["UpdateService", 1] = "after reset"

    result = apply(mailroute, journal)

    assert result.returncode == 0
    assert len(account.updates) == 1


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


def test_when_credentials_run_out_it_goes_on_later(
    account: Account, mailroute: Command, journal: Path
) -> None:
    account.faults["ListOperations", 4] = "expired"

    result = apply(mailroute, journal)

    assert result.returncode == 2
    assert f"run the same command again, which goes on from {journal}" in result.stderr
    assert "AWS refuses the credentials (ExpiredTokenException" in result.stderr
    assert apply(mailroute, journal).returncode == 0
    assert len(account.updates) == 1


def test_without_an_end_of_what_is_under_way_nothing_begins(
    account: Account, mailroute: Command, journal: Path
) -> None:
    account.start("START_DEPLOYMENT", Deployment(calls=10**6))

    result = apply(mailroute, journal, "--timeout", "1")

    assert result.returncode == 4
    assert result.stderr.endswith("an operation of the service is under way after 1 s\n")
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


def test_what_is_being_undone_is_not_applied(account: Account, mailroute: Command, journal: Path) -> None:
    assert apply(mailroute, journal).returncode == 0
    account.deployments.append(Deployment(calls=10**6))
    assert mailroute("apply-settings", "--undo", journal, "--timeout", "1").returncode == 4

    result = apply(mailroute, journal)

    assert result.returncode == 2
    assert (
        f"{journal}: is the journal of settings that are being put back: go on with --undo" in result.stderr
    )
    assert account.running is not None
    account.running.calls = 0
    assert mailroute("apply-settings", "--undo", journal).returncode == 0
    assert len(account.updates) == 2


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


def test_a_service_is_found_on_a_later_page(account: Account, mailroute: Command) -> None:
    account.pages = 3

    result = mailroute("apply-settings", "--service", "shop", "--set", "SMTP_PORT=465", "--dry-run")

    assert result.returncode == 0
    assert account.calls.count("ListServices") == 3


def test_an_undoing_that_is_refused_changes_nothing(
    account: Account, mailroute: Command, journal: Path
) -> None:
    assert apply(mailroute, journal).returncode == 0
    account.faults["UpdateService", 2] = "denied"

    result = mailroute("apply-settings", "--undo", journal)

    assert result.returncode == 2
    assert "User is not authorized: nothing was changed" in result.stderr
    assert "it is not finished" not in result.stderr
    assert apply(mailroute, journal).stdout == "shop runs with these settings already\n"
