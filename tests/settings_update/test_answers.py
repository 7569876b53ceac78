"""Answers of App Runner that are lost, late, of no use, or do not agree."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import boto3
import pytest

from evidence.live.deadline import Deadline
from mailroute.settings_update import updater
from mailroute.settings_update.app_runner import AppRunner, Rejected, TryAgain
from mailroute.settings_update.updater import Pace
from tests.evidence.conftest import Command
from tests.settings_update.apprunner_api import (
    ARN,
    REGION,
    Account,
    Api,
    Deployment,
    image_service,
)
from tests.settings_update.wanted import WANTED, applied, apply, settled, unchanged


@pytest.mark.parametrize(
    "fault",
    [
        *("after 500", "after reset", "after html", "after empty", "after throttled"),
        *("empty", "throttled", "lacks:OperationId"),
    ],
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
        ("ListServices", "lacks:ServiceSummaryList.0.ServiceArn", "holds a service without an ARN"),
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
        (
            "UpdateService",
            "denied",
            "allow it ('mailroute iam-policy --for apply-settings'): nothing was changed",
        ),
    ],
)
def test_no_way_to_call_it_is_one_line(
    call: str, fault: str, said: str, account: Account, mailroute: Command, journal: Path
) -> None:
    account.faults[call, 1] = fault

    result = mailroute("apply-settings", "--service", "shop", *WANTED, "--journal", journal)

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


def test_what_app_runner_shows_late_is_waited_for(
    account: Account, mailroute: Command, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updater, "Pace", partial(Pace, poll=0, settle=60))
    account.deployments.append(Deployment(lag=3))

    result = apply(mailroute, journal)

    assert (result.returncode, result.stderr.count("somebody")) == (0, 0)
    assert mailroute("apply-settings", "--undo", journal).returncode == 0


def test_a_service_is_found_on_a_later_page(account: Account, mailroute: Command) -> None:
    account.pages = 3

    result = mailroute("apply-settings", "--service", "shop", "--set", "SMTP_PORT=465", "--dry-run")

    assert result.returncode == 0
    assert account.calls.count("ListServices") == 3


def test_where_nobody_listens_nothing_is_sent(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_APPRUNNER", "http://127.0.0.1:1")
    nobody = AppRunner(REGION, Deadline(10))

    with pytest.raises(Rejected, match="Could not connect to the endpoint URL"):
        nobody.update({"ServiceArn": ARN})
    with pytest.raises(TryAgain, match="Could not connect to the endpoint URL"):
        nobody.service(ARN)


def test_without_credentials_a_line_says_what_to_set(
    mailroute: Command, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boto3, "Session", boto3.session.Session)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    result = apply(mailroute, journal)

    assert result.returncode == 2
    assert "Unable to locate credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and" in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_a_region_a_line_says_what_to_give(
    mailroute: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")

    result = mailroute("apply-settings", "--service", "shop", *WANTED, "--dry-run")

    assert result.returncode == 2
    assert "no AWS region: give --region, or the service's ARN, or set AWS_REGION" in result.stderr


IMAGE = "SourceConfiguration.ImageRepository"
OTHER = ARN.replace("/shop/", "/victim/")
UNPARSED = "apprunner:DescribeService: the answer cannot be parsed"


@pytest.mark.hostile("AWS faults")
@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("ServiceArn", OTHER, "Service.ServiceArn is that of another service"),
        ("ServiceArn", f"{ARN}\x1b[2J", "Service.ServiceArn is that of another service"),
        ("ServiceName", "\x1b[2Jshop", "Service.ServiceName is no name of a service"),
        (IMAGE, "text", UNPARSED),
        (f"{IMAGE}.ImageConfiguration", "text", UNPARSED),
        (f"{IMAGE}.ImageConfiguration", None, "ImageConfiguration is no object"),
        (f"{IMAGE}.ImageConfiguration.RuntimeEnvironmentVariables", [["A", "1"]], UNPARSED),
        ("SourceConfiguration", {"CodeRepository": None}, "CodeRepository is no object"),
        ("SourceConfiguration", {"CodeRepository": {"CodeConfiguration": [1]}}, UNPARSED),
        ("AutoScalingConfigurationSummary", "x", UNPARSED),
        ("NetworkConfiguration.EgressConfiguration.VpcConnectorArn", 7, "VpcConnectorArn is no text"),
        ("UpdatedAt", float("nan"), UNPARSED),
    ],
)
def test_an_answer_that_is_none_of_app_runner_s_is_one_line(
    place: str, value: object, fault: str, account: Account, mailroute: Command, journal: Path
) -> None:
    *parents, name = place.split(".")
    part = account.service
    for parent in parents:
        part = part[parent]
    part[name] = value

    result = apply(mailroute, journal)

    assert (result.returncode, account.updates) == (2, [])
    what = fault if fault is UNPARSED else f"the answer to apprunner:DescribeService cannot be used: {fault}"
    assert result.stderr == f"mailroute: error: {what}: try again\n"


@pytest.mark.hostile("AWS faults")
@pytest.mark.parametrize(
    ("listed", "fault"),
    [
        ("text", "apprunner:ListServices: the answer cannot be parsed: try again"),
        (["shop"], "apprunner:ListServices: the answer cannot be parsed: try again"),
        ([None], "ServiceSummaryList holds a service without an ARN"),
        (None, "ServiceSummaryList is missing"),
        ([{"ServiceName": "shop", "Status": "RUNNING"}], "ServiceSummaryList holds a service without an ARN"),
        (
            [{"ServiceName": "shop", "Status": "RUNNING", "ServiceArn": f"{ARN}\x1b[2J"}],
            "ServiceSummaryList holds a service without an ARN",
        ),
        (
            [{"ServiceName": "shop", "Status": "RUNNING", "ServiceArn": arn} for arn in (ARN, OTHER)],
            f"shop: 2 services have that name: give one of {ARN}, {OTHER}",
        ),
    ],
)
def test_a_list_that_names_no_one_service_is_one_line(
    listed: object, fault: str, account: Account, mailroute: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "answer", lambda *_: (200, {"ServiceSummaryList": listed}))

    result = mailroute("apply-settings", "--service", "shop", "--set", "SMTP_PORT=465", "--dry-run")

    assert result.returncode == 2
    assert fault in result.stderr
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr
