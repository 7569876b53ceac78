"""`mailroute iam-policy --for apply-settings`: what the command calls, on what is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evidence.conftest import Command
from tests.settings_update.apprunner_api import ARN, CONNECTOR, OLD_CONNECTOR, Account

ROLE = "arn:aws:iam::123456789012:role/pull"
POLICY = ("iam-policy", "--for", "apply-settings")


def test_the_policy_allows_exactly_what_is_called(
    account: Account, mailroute: Command, journal: Path
) -> None:
    change = ("--service", "shop", "--set", "SMTP_PORT=465", "--connector", CONNECTOR, "--journal", journal)
    assert mailroute("apply-settings", *change).returncode == 0
    assert mailroute("apply-settings", "--undo", journal).returncode == 0
    given = [part for arn in (ARN, OLD_CONNECTOR, CONNECTOR, ROLE) for part in ("--resource", arn)]

    policy = json.loads(mailroute(*POLICY, *given).stdout)

    resources = {statement["Action"]: statement["Resource"] for statement in policy["Statement"]}
    assert set(resources) == {f"apprunner:{call}" for call in account.calls} | {"iam:PassRole"}
    assert resources.pop("apprunner:ListServices") == "*"
    assert resources == {
        "apprunner:DescribeService": [ARN],
        "apprunner:ListOperations": [ARN],
        "apprunner:UpdateService": sorted([ARN, OLD_CONNECTOR, CONNECTOR]),
        "iam:PassRole": [ROLE],
    }


def test_no_role_is_passed_that_is_not_named(mailroute: Command) -> None:
    policy = json.loads(mailroute(*POLICY, "--resource", ARN).stdout)

    assert "iam:PassRole" not in [statement["Action"] for statement in policy["Statement"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (POLICY, "none is an App Runner service"),
        ((*POLICY, "--resource", CONNECTOR), "none is an App Runner service"),
        ((*POLICY, "--resource", "arn:aws:s3:::bucket"), "'arn:aws:s3:::bucket' is not the ARN of an App"),
        ((*POLICY, "--resource", "*"), "'*' is not the ARN of an App Runner service"),
        *(
            ((*POLICY, "--resource", ARN, "--resource", arn), f"{arn!r} is not the ARN of an App Runner")
            for arn in (ROLE.replace("pull", "*"), f"{ROLE}?", ROLE.replace("pull", "${aws:username}"))
        ),
        ((*POLICY, "--resource", ARN.replace("shop", "*")), "is not the ARN of an App Runner"),
        (("iam-policy", "--resource", ARN), "goes with --for apply-settings alone"),
    ],
)
def test_a_wrong_resource_is_one_line(arguments: tuple[str, ...], said: str, mailroute: Command) -> None:
    result = mailroute(*arguments)

    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
